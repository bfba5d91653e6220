# SPDX-License-Identifier: Apache-2.0
"""Signals: which end a run with a checkpoint, which thread gets them, what a parent had ignored."""
import os
import signal
import time
import unittest

from program import TINY, ProgramTest

# More steps than any machine gets through before it is stopped.
LONG = [*TINY, "--steps", "1000000"]
# Every signal that a batch system, a closed terminal or a user sends to end work.
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


def mask(text, field):
    """The numbers of the signals in a field of /proc/PID/status."""
    bits = int(next(line for line in text.splitlines() if line.startswith(field + ":")).split()[1], 16)
    return {number + 1 for number in range(64) if bits >> number & 1}


class Signals(ProgramTest):
    def wait_for(self, condition, process):
        end = time.monotonic() + 100
        while not condition():
            self.assertIsNone(process.poll(), "the program has ended by itself")
            self.assertLess(time.monotonic(), end, "the program does not get there")
            time.sleep(0.02)

    def training(self, folder, *arguments, **options):
        """A run that makes steps."""
        process = self.start("run", *LONG, "--checkpoint-every", "1", "--out", folder, "--quiet", *arguments, **options)
        self.addCleanup(process.kill)
        self.wait_for(lambda: os.path.exists(self.path(folder, "checkpoint.safetensors")), process)
        return process

    def stopped(self, process, number):
        process.send_signal(number)
        _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 130, (number, err))
        return err

    def test_each_ends_a_run_with_a_checkpoint(self):
        for number in STOPS:
            with self.subTest(number):
                folder = number.name
                self.assertIn("--resume " + folder, self.stopped(self.training(folder), number))
                self.assertEqual(self.report(folder)["status"], "interrupted")
                self.assertIn("checkpoint.safetensors", self.names(folder))

    def test_each_puts_the_points_of_a_sweep_to_rest(self):
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            with self.subTest(number):
                folder = number.name
                process = self.start("sweep", *LONG, "--no-baselines", "--out", folder, "--quiet", "--checkpoint-every", "1")
                self.addCleanup(process.kill)
                work = self.path(folder, "work")
                self.wait_for(lambda: os.path.isdir(work) and any(
                    os.path.exists(os.path.join(work, name, "checkpoint.safetensors")) for name in os.listdir(work)), process)
                self.assertIn("sweep --resume " + folder, self.stopped(process, number))
                point = [name for name in self.names(folder, "work") if not name.endswith(".json")][0]
                self.assertEqual(self.report(folder, "work", point)["status"], "interrupted")
                self.assertEqual(self.names(folder, "leases"), [])

    def test_what_the_parent_ignored_stays_ignored(self):
        ignored = (signal.SIGHUP, signal.SIGUSR1)
        def ignore():
            for number in ignored:
                signal.signal(number, signal.SIG_IGN)
        process = self.training("out", preexec_fn=ignore)
        for number in ignored:
            process.send_signal(number)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        self.stopped(process, signal.SIGTERM)

    KEPT = {signal.SIGSEGV, signal.SIGFPE, signal.SIGPROF}  # signals that a thread raises itself, and profilers'

    @staticmethod
    def masks_of(pid):
        """Name and blocked signals of every thread that is still there."""
        masks = []
        for task in os.listdir(f"/proc/{pid}/task"):
            try:
                with open(f"/proc/{pid}/task/{task}/status", encoding="utf-8") as file:
                    status = file.read()
            except (FileNotFoundError, ProcessLookupError):  # it has ended
                continue
            masks.append((status.split("Name:", 1)[1].splitlines()[0].strip(), mask(status, "SigBlk")))
        return masks

    def test_only_the_thread_of_signals_gets_them(self):
        process = self.training("out", "--threads", "2", "--trace", "timeline")
        masks = []
        def are_settled():
            # The C library blocks every signal of a thread for the moment in which it starts or ends.
            masks[:] = self.masks_of(process.pid)
            return not any(self.KEPT & blocked for _, blocked in masks)
        self.wait_for(are_settled, process)
        free = [blocked for name, blocked in masks if name == "signals"]
        for name, blocked in masks:
            if name != "signals":
                self.assertEqual({*STOPS, signal.SIGALRM, signal.SIGCHLD, signal.SIGWINCH, signal.SIGTSTP,
                                  signal.SIGRTMIN} - blocked, set(), name)
        self.assertEqual(free, [set()])
        self.stopped(process, signal.SIGINT)

    def test_a_timer_of_somebody_else_disturbs_no_scheme(self):
        for scheme in ("dense", "int4", "int4-bsr", "checkpoint", "exact"):
            with self.subTest(scheme):
                code, _, err = self.call("run", *TINY, "--steps", "20", "--scheme", scheme, "--block", "8", "--quiet",
                                         "--threads", "2",
                                         env={**os.environ, "LD_PRELOAD": os.environ["ACTSCOPE_PRELOADED_TIMER"]})
                self.assertEqual(code, 0, err)

    def test_a_halted_run_goes_on(self):
        # In a process group of its own: SIGTSTP halts no process of a group whose parents are all gone.
        process = self.training("out", preexec_fn=os.setpgrp)
        for number in (signal.SIGTSTP, signal.SIGSTOP):
            process.send_signal(number)
            self.wait_for(lambda: self.state(process.pid) == "T", process)
            process.send_signal(signal.SIGCONT)
            self.wait_for(lambda: self.state(process.pid) != "T", process)
        self.stopped(process, signal.SIGINT)

    @staticmethod
    def state(pid):
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0]

    def test_commands_that_catch_nothing_end_at_once(self):
        process = self.start("report", "/dev/stdin", stdin=-1)
        self.addCleanup(process.kill)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=100)
        self.assertEqual(process.returncode, -signal.SIGINT)


class Threads(ProgramTest):
    """Threads sleep while they wait, also where the user has not asked for that."""

    def environment(self, **variables):
        """The environment that a run has in the end."""
        clean = {name: value for name, value in os.environ.items()
                 if name not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")}
        process = self.start("run", *LONG, env={**clean, **variables})
        try:
            process.stderr.readline()
            with open(f"/proc/{process.pid}/environ", encoding="utf-8") as file:
                environment = dict(entry.split("=", 1) for entry in file.read().split("\0") if "=" in entry)
            with open(f"/proc/{process.pid}/cmdline", encoding="utf-8") as file:
                self.assertEqual(file.read().split("\0")[1:2], ["run"])
            with open(f"/proc/{process.pid}/comm", encoding="utf-8") as file:
                self.assertEqual(file.read().strip(), "actscope")
        finally:
            process.kill()
            process.communicate()
        return {name: environment.get(name) for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")}

    def test_the_program_sees_to_it_itself(self):
        self.assertEqual(self.environment(), {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "1000", "KMP_BLOCKTIME": None})

    def test_what_the_user_has_set_stays(self):
        for name, value in (("OMP_WAIT_POLICY", "active"), ("GOMP_SPINCOUNT", "7"), ("KMP_BLOCKTIME", "1")):
            found = self.environment(**{name: value})
            self.assertEqual({key: text for key, text in found.items() if text is not None}, {name: value})


if __name__ == "__main__":
    unittest.main()
