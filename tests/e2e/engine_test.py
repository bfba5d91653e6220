# SPDX-License-Identifier: Apache-2.0
"""The program that loads LibTorch is another one, and nobody notices."""
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from program import ACTSCOPE, TINY, ProgramTest

LONG = ["run", "--data", "synthetic", "--train-samples", "64", "--heldout-samples", "16", "--batch", "16", "--dim", "16",
        "--depth", "1", "--image-size", "16", "--steps", "1000000", "--quiet"]


class Engine(ProgramTest):
    def test_what_computes_nothing_needs_no_engine(self):
        shutil.copy(ACTSCOPE, self.path("actscope"))

        def alone(*arguments):
            return subprocess.run([self.path("actscope"), *arguments], cwd=self.folder, capture_output=True, text=True,
                                  check=False)
        for arguments in (["--version"], ["run", "--help"], ["footprint", "--json"], ["gate", "--help"]):
            self.assertEqual(alone(*arguments).returncode, 0, arguments)
        for arguments in (["run", "--bogus"], ["run", "--dim", "0"], ["bench", "kernels", "--rounds", "x"]):
            self.assertEqual(alone(*arguments).returncode, 2, arguments)
        for arguments in (["run", "--out", "a"], ["sweep", "--dry-run"], ["sweep", "--out", "b"], ["plan", "--budget", "1GiB"], ["doctor"],
                          ["bench", "kernels"]):
            result = alone(*arguments)
            self.assertEqual(result.returncode, 4, arguments)
            self.assertEqual(result.stdout, "")
            self.assertEqual(result.stderr.count("\n"), 1)
            self.assertIn("actscope-engine [No such file or directory]; it belongs beside actscope", result.stderr)
        self.assertEqual(self.names(), ["actscope"])

    def test_a_configuration_may_come_by_a_pipe(self):
        report = json.loads(self.succeed("run", *TINY, "--quiet", "--json"))
        document = {"schema": {"name": "actscope.config", "version": "1.0.0"}, **report["config"], "out": ""}
        piped = subprocess.run([ACTSCOPE, "run", "--config", "/dev/stdin", "--quiet"], input=json.dumps(document),
                               cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual((piped.returncode, piped.stderr), (0, ""))

    def test_bound_threads_have_all_cores(self):
        process = self.started(env={**os.environ, "OMP_PROC_BIND": "true", "OMP_NUM_THREADS": "2"})
        time.sleep(2)
        cores = set()
        for thread in os.listdir(f"/proc/{process.pid}/task"):
            cores |= os.sched_getaffinity(int(thread))
        process.kill()
        process.wait(timeout=60)
        self.assertGreaterEqual(len(cores), min(2, len(os.sched_getaffinity(0))))

    def test_an_engine_that_is_the_program_itself_is_refused(self):
        shutil.copy(ACTSCOPE, self.path("actscope"))
        os.symlink("actscope", self.path("actscope-engine"))
        result = subprocess.run([self.path("actscope"), "doctor"], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(result.returncode, 4)
        self.assertIn("it is this program", result.stderr)

    def started(self, **options):
        process = subprocess.Popen([ACTSCOPE, *LONG], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
        for _ in range(600):
            if os.path.realpath(f"/proc/{process.pid}/exe").endswith("/actscope-engine"):
                return process
            time.sleep(0.05)
        self.fail("the process never became the engine")

    def test_it_is_one_process(self):
        process = self.started()
        process.send_signal(signal.SIGTERM)
        self.assertIn(process.wait(timeout=60), (130, -signal.SIGTERM))

    def test_an_alarm_of_the_parent_still_ends_it(self):
        process = self.started(preexec_fn=lambda: signal.setitimer(signal.ITIMER_REAL, 2))
        self.assertEqual(process.wait(timeout=60), -signal.SIGALRM)

    def test_what_the_parent_ignores_is_ignored(self):
        process = self.started(preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGKILL)
        self.assertEqual(process.wait(timeout=60), -signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
