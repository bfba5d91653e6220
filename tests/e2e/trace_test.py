# SPDX-License-Identifier: Apache-2.0
"""Traced runs: the same training as without, whatever becomes of the trace."""
import contextlib
import os
import sqlite3
import subprocess
import time
import unittest

from program import ACTSCOPE, TINY, ProgramTest

# A step an epoch, so that the report has the loss of every step.
STEPWISE = [*TINY, "--train-samples", "16", "--steps", "20", "--block", "8"]


class TracedTest(ProgramTest):
    def learned(self, folder):
        """The losses of every step and the weights, every bit."""
        report = self.report(folder)
        self.assertEqual((report["status"], len(report["accuracy"])), ("completed", 20))
        with open(self.path(folder, "w.safetensors"), "rb") as file:
            return [(point["train_loss"], point["heldout_loss"]) for point in report["accuracy"]], file.read()

    def train(self, folder, level, scheme="int4-bsr", **options):
        """What a run prints."""
        return self.succeed("run", *STEPWISE, "--scheme", scheme, "--trace", level, "--out", folder,
                            "--save-weights", os.path.join(folder, "w.safetensors"), **options)


class Levels(TracedTest):
    def counters_are_told(self, folder):
        """Rows have counts where the processor's counters answer; where not, the report says why."""
        report = self.report(folder)
        trace, counted = report["trace"], [row for row in report["operators"] if "counted_calls" in row]
        if trace["counters_source"]:
            self.assertTrue(all(row["cycles"] > 0 for row in counted if row["calls"] > 0))
            self.assertTrue(counted or trace["uncounted_operators"])
        else:
            self.assertEqual(counted, [])
            self.assertIn(trace["counters_reason"], self.succeed("report", folder).replace("\n  ", " "))
        with contextlib.closing(sqlite3.connect(self.path(folder, "trace.db"))) as database:
            meta = dict(database.execute("SELECT key, value FROM meta"))
            self.assertEqual(meta["counters_reason"], trace["counters_reason"])
            live = database.execute("SELECT max(live_bytes) FROM memory_event").fetchone()[0]
        self.assertGreaterEqual(live, report["memory"]["peak"]["bytes"])

    def test_every_level_learns_the_same(self):
        for scheme in ("dense", "int4-bsr"):
            learned = {}
            for level in ("off", "ledger", "timeline", "audit"):
                with self.subTest(scheme=scheme, level=level):
                    folder = f"{scheme}-{level}"
                    self.train(folder, level, scheme)
                    self.assertEqual(self.report(folder)["warnings"], [])
                    learned[level] = self.learned(folder)
                    self.assertEqual(learned[level], learned["off"])
                    if level in ("timeline", "audit"):
                        self.counters_are_told(folder)
        self.assertNotEqual(self.learned("dense-off"), self.learned("int4-bsr-off"))


class Failures(TracedTest):
    def incomplete(self, folder):
        """The report says that the trace is not whole, and is a document all the same."""
        self.succeed("validate", folder)
        report = self.report(folder)
        self.assertNotEqual(report["trace"]["files_reason"], "")
        self.assertGreater(report["trace"]["dropped_records"], 0)
        self.assertEqual(report["trace"]["traced_steps"], 16)
        self.assertNotEqual(report["operators"], [])
        self.assertIsNotNone(report["memory"])
        return report

    def test_a_trace_that_finds_no_room_leaves_the_training_alone(self):
        self.train("plain", "off")
        out = self.train("limited", "timeline", file_limit_bytes=512 * 1024)
        self.assertEqual(self.learned("limited"), self.learned("plain"))
        report = self.incomplete("limited")
        self.assertIn("warning             the trace files are not whole: ", out)
        self.assertIn(report["trace"]["files_reason"], out)
        self.assertIn("trace records were dropped", out)
        self.assertIn("trace files are not whole", self.succeed("report", "limited"))
        self.assertNotIn("trace.pftrace", self.names("limited"))
        self.succeed("trace", "export", "limited", "--quiet")
        with contextlib.closing(sqlite3.connect(self.path("limited", "trace.db"))) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))

    def test_a_full_disk_still_takes_the_report(self):
        on_small_disk = ["unshare", "--mount", "--map-root-user", "bash", "-c",
                         'mkdir disk && mount -t tmpfs -o size=1m none disk || exit 99; "$@"; code=$?; '
                         'cp -r disk kept; exit $code', "-"]
        run = [ACTSCOPE, "run", *STEPWISE, "--scheme", "int4-bsr", "--trace", "timeline", "--out", "disk/out",
               "--save-weights", "disk/out/w.safetensors"]
        done = subprocess.run([*on_small_disk, *run], cwd=self.folder, capture_output=True, text=True,
                              timeout=120, check=False)
        if done.returncode == 99 or "unshare" in done.stderr:
            self.skipTest("no file system can be mounted here: " + done.stderr.strip())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.train("plain", "off")
        self.assertEqual(self.learned("kept/out"), self.learned("plain"))
        self.incomplete("kept/out")
        with contextlib.closing(sqlite3.connect(self.path("kept", "out", "trace.db"))) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM meta WHERE key = 'failure'").fetchone(), (1,))


class Folders(TracedTest):
    def test_starting_over_leaves_nothing_of_the_earlier_trace(self):
        self.train("out", "timeline")
        self.succeed("trace", "export", "out", "--format", "chrome", "--quiet")
        for name in ("trace.db-wal", "mine.txt"):
            with open(self.path("out", name), "w", encoding="utf-8") as file:
                file.write("old")
        self.assertIn("trace.json.gz", self.names("out"))
        self.succeed("run", *TINY, "--out", "out", "--force", "--quiet")
        self.assertEqual(self.names("out"), ["mine.txt", "report.json", "w.safetensors"])

    def test_what_a_killed_run_left_can_be_exported(self):
        process = self.start("run", *STEPWISE, "--steps", "1000000", "--trace", "timeline", "--out", "out", "--quiet")
        log = self.path("out", "trace.db-wal")
        while not os.path.exists(log) or os.path.getsize(log) < 100_000:
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        process.kill()
        process.communicate(timeout=100)
        os.remove(self.path("out", "trace.db-shm"))
        before = self.names("out")
        self.succeed("trace", "export", "out", "--output", "a.pftrace", "--quiet")
        self.assertGreater(os.path.getsize(self.path("a.pftrace")), 0)
        self.assertEqual(self.names("out"), before)

    def test_records_of_a_device_need_one(self):
        self.refused(2, "run", *TINY, "--activity", "a", "--trace", "timeline", says="--device cuda")
        self.assertEqual(self.names(), [])


if __name__ == "__main__":
    unittest.main()
