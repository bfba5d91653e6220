# SPDX-License-Identifier: Apache-2.0
"""Sweeps: what they leave, how they fail, and that nothing finished is lost or done twice whoever is killed when."""
import glob
import json
import os
import random
import signal
import time
import unittest

from program import TINY, ProgramTest, idx

AXES = ["--schemes", "int4-bsr", "--blocks", "8,8x16", "--sparsities", "0.5"]
POINTS = 4 + 2  # baselines and grid


class SweepCase(ProgramTest):
    def document(self, folder="s"):
        with open(self.path(folder, "sweep.json"), encoding="utf-8") as file:
            return json.load(file)

    def finished(self, folder="s"):
        """Identity of every finished point: its report's place on the disk and last change."""
        found = {}
        for name in os.listdir(self.path(folder, "points")):
            report = self.path(folder, "points", name, "report.json")
            if os.path.exists(report):
                status = os.stat(report)
                found[name] = (status.st_ino, status.st_mtime_ns)
        return found


class Points(SweepCase):
    def test_every_point_has_a_report_a_log_and_a_state(self):
        out = self.succeed("sweep", *TINY, *AXES, "--out", "s")
        self.assertIn("int4-bsr 8x16 50 %", out)
        self.assertIn("Fewest bytes", out)
        document = self.document()
        self.assertEqual(len(document["points"]), POINTS)
        self.assertEqual({point["status"] for point in document["points"]}, {"done"})
        for point in document["points"]:
            folder = os.path.dirname(point["report"])
            self.assertEqual(self.names("s", folder), ["log.txt", "report.json", "state.json"])
            report = self.report("s", folder)
            self.assertEqual(report["summary"]["saved_bytes"], point["summary"]["saved_bytes"])
            self.assertEqual(report["config"]["scheme"], point["config"]["scheme"])
        self.assertEqual(self.names("s", "work") + self.names("s", "leases"), [])
        self.succeed("validate", "s", "s/sweep.json", "s/sweep_spec.json")

    def test_a_file_says_the_same_as_options(self):
        self.succeed("sweep", *TINY, *AXES, "--out", "a", "--quiet")
        self.succeed("sweep", "a/sweep_spec.json", "--out", "b", "--quiet")
        ids = [[point["id"] for point in self.document(name)["points"]] for name in "ab"]
        self.assertEqual(ids[0], ids[1])
        self.refused(3, "run", "--config", "a/sweep_spec.json", says="give it to actscope sweep")
        self.refused(2, "sweep", "a/sweep_spec.json", says="--out DIR")

    def test_workers_change_nothing(self):
        self.succeed("sweep", *TINY, *AXES, "--out", "a", "--quiet")
        self.succeed("sweep", *TINY, *AXES, "--out", "b", "--workers", "3", "--quiet")
        def weights(name):
            return [point["summary"]["weights_sha256"] for point in self.document(name)["points"]]
        self.assertEqual(weights("a"), weights("b"))

    def test_a_dry_run_makes_nothing(self):
        out = self.succeed("sweep", *TINY, *AXES, "--seeds", "0,1", "--out", "s", "--dry-run")
        self.assertIn(f"{2 * POINTS} points", out)
        self.assertIn("of training", out)
        self.assertEqual(self.names(), [])
        document = json.loads(self.succeed("sweep", *TINY, *AXES, "--dry-run", "--json"))
        self.assertEqual({point["status"] for point in document["points"]}, {"pending"})

    def test_reports_of_a_sweep(self):
        self.succeed("sweep", *TINY, *AXES, "--out", "s", "--quiet")
        self.assertIn("int4-bsr 8x8 50 %", self.succeed("report", "s"))
        self.assertIn("| dense |", self.succeed("report", "s", "--format", "md"))
        csv = self.succeed("report", "s", "--format", "csv").splitlines()
        self.assertEqual(len(csv), 1 + POINTS)
        page = self.succeed("report", "s/sweep.json", "--format", "html")
        self.assertIn("sweep-data", page)
        for place in ("src=", "http://", "https://"):
            self.assertNotIn("<script " + place, page)


class Failures(SweepCase):
    def test_a_failed_point_is_kept_with_its_reason(self):
        code, out, err = self.call("sweep", *TINY, *AXES, "--data-dir", "none", "--data",
                                   "fashion-mnist", "--out", "s")
        self.assertEqual(code, 1, err)
        for point in self.document()["points"]:
            self.assertEqual(point["status"], "failed")
            self.assertIn("none", point["reason"])
        self.assertIn("failed", out)
        # sweep status succeeds whatever became of the points.
        self.assertIn(f"{POINTS} failed", self.succeed("sweep", "status", "s"))
        self.assertIn(f"{POINTS} failed", self.succeed("sweep", "status", "s", "--watch"))
        points = json.loads(self.succeed("sweep", "status", "s", "--json"))["points"]
        self.assertEqual({point["status"] for point in points}, {"failed"})
        # Resuming has nothing to do as it is; where that is asked for, every point is tried again.
        before = self.document()
        self.assertEqual(self.call("sweep", "--resume", "s", "--quiet")[0], 1)
        self.assertEqual(self.document()["points"], before["points"])
        code, _, err = self.call("sweep", "--resume", "s", "--retry-failed", "--fail-fast")
        self.assertEqual((code, err.count("failed: ")), (1, 1), err)

    def test_a_diverged_point_says_where(self):
        code, _, err = self.call("sweep", *TINY, "--steps", "200", "--lr", "1000", "--warmup", "0",
                                 "--no-baselines", "--out", "s")
        self.assertEqual(code, 1, err)
        point = self.document()["points"][0]
        self.assertIn("non-finite", point["reason"])
        self.assertEqual(self.report("s", os.path.dirname(point["report"]))["status"], "failed")

    def test_a_point_that_takes_too_long_is_ended(self):
        code, _, err = self.call("sweep", *TINY, "--steps", "1000000", "--no-baselines", "--out", "s",
                                 "--time-limit", "0.5")
        self.assertEqual(code, 1, err)
        self.assertIn("took longer than", self.document()["points"][0]["reason"])

    def test_what_is_wrong_is_told_before_anything_is_made(self):
        for arguments, says in (
                (["--schemes", "nonsense"], "unknown scheme"),
                (["--schemes", "int4-bsr,"], "commas between"),
                (["--schemes", "int4-bsr", "--blocks", "0"], "--blocks"),
                (["--schemes", "int4-bsr", "--blocks", "4096"], "block size"),
                (["--schemes", "int4-bsr", "--sparsities", "1.5"], "--sparsities"),
                (["--seeds", "x"], "--seeds"), (["--workers", "0"], "--workers"),
                (["--save-weights", "w"], "--save-weights"), (["--batch", "0"], "--batch")):
            with self.subTest(arguments):
                self.refused(2, "sweep", *TINY, *arguments, "--out", "s", says=says)
        self.refused(2, "sweep", *TINY, says="--out DIR")
        self.refused(3, "sweep", "none.json", "--out", "s", says="no such file")
        self.refused(3, "sweep", "--resume", "s", says="no sweep in s")
        self.refused(3, "sweep", "status", "s", says="no sweep in s")
        self.assertEqual(self.names(), [])

    def test_folders_of_others_are_left_alone(self):
        os.mkdir(self.path("s"))
        with open(self.path("s", "mine"), "w", encoding="utf-8"):
            pass
        self.refused(4, "sweep", *TINY, *AXES, "--out", "s", says="not empty")
        self.refused(4, "sweep", *TINY, *AXES, "--out", "s", "--force", says="no sweep made it")
        self.assertEqual(self.names("s"), ["mine"])
        os.remove(self.path("s", "mine"))
        self.succeed("sweep", *TINY, "--no-baselines", "--out", "s", "--quiet")
        with open(self.path("s", "points", "mine"), "w", encoding="utf-8"):
            pass
        self.refused(4, "run", *TINY, "--out", "s", "--force", says="holds a sweep")
        self.succeed("sweep", *TINY, "--no-baselines", "--out", "s", "--force", "--quiet")
        self.assertIn("mine", self.names("s", "points"))
        self.refused(2, "sweep", *TINY, *AXES, "--out", "s", "--resume", says="was of other options")
        self.refused(2, "sweep", "--resume", "s", "--force", says="exclude each other")


class Checkpoints(SweepCase):
    """A point that was stopped, and what its checkpoint is worth when the sweep goes on."""

    def stop_under_way(self):
        """A sweep of one point over images in `d`, stopped; the place of the point's checkpoint."""
        os.mkdir(self.path("d"))
        for name, samples in (("train", 64), ("t10k", 16)):
            with open(self.path("d", f"{name}-images-idx3-ubyte"), "wb") as file:
                file.write(idx(0x803, samples, 28, 28, data=random.Random(1).randbytes(samples * 784)))
            with open(self.path("d", f"{name}-labels-idx1-ubyte"), "wb") as file:
                file.write(idx(0x801, samples, data=bytes(i % 10 for i in range(samples))))
        process = self.start("sweep", "--data", "fashion-mnist", "--data-dir", "d", "--batch", "16", "--dim", "32",
                             "--depth", "1", "--patch", "7", "--steps", "2000", "--threads", "1", "--schemes", "int4",
                             "--no-baselines", "--out", "s", "--workers", "1", "--quiet")
        # From the first line of its log on, the point looks after every step whether it is to stop.
        while not any(os.path.getsize(log) for log in glob.glob(self.path("s", "work", "*.log"))):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        found = glob.glob(self.path("s", "work", "*", "checkpoint.safetensors"))
        self.assertEqual(len(found), 1)
        return found[0]

    def only_point(self):
        return self.document()["points"][0]

    def test_one_whose_data_are_missing_keeps_it(self):
        checkpoint = self.stop_under_way()
        with open(checkpoint, "rb") as file:
            before = file.read()
        os.rename(self.path("d"), self.path("elsewhere"))
        self.assertEqual(self.call("sweep", "--resume", "s", "--quiet")[0], 1)
        self.assertEqual(self.only_point()["status"], "failed")
        kept = glob.glob(self.path("s", "*", "*", "checkpoint.safetensors"))
        self.assertEqual(len(kept), 1)
        with open(kept[0], "rb") as file:
            self.assertEqual(file.read(), before)
        os.rename(self.path("elsewhere"), self.path("d"))
        _, _, err = self.call("sweep", "--resume", "s", "--retry-failed")
        self.assertEqual(self.only_point()["status"], "done", err)
        log = glob.glob(self.path("s", "points", "*", "log.txt"))[0]
        with open(log, encoding="utf-8") as file:
            self.assertRegex(file.read(), r"continues after step \d+ of 2000")

    def test_a_damaged_one_is_begun_anew(self):
        checkpoint = self.stop_under_way()
        with open(checkpoint, "r+b") as file:
            file.seek(os.path.getsize(checkpoint) // 2)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 1]))
        self.succeed("sweep", "--resume", "s", "--quiet")
        self.assertEqual(self.only_point()["status"], "done")


class Interruptions(SweepCase):
    def test_a_stopped_sweep_goes_on(self):
        options = [*TINY, "--steps", "60", *AXES, "--out", "s"]
        process = self.start("sweep", *options)
        while not (os.path.isdir(self.path("s", "points")) and self.finished()):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("sweep --resume s", err)
        before = self.finished()
        self.assertLess(len(before), POINTS)
        code, out, _ = self.call("sweep", "status", "s")
        self.assertEqual(code, 0)
        self.assertIn("pending", out)
        self.succeed("sweep", "--resume", "s", "--quiet")
        after = self.finished()
        self.assertEqual(len(after), POINTS)
        for name, place in before.items():
            self.assertEqual(after[name], place)
        self.assertEqual(self.names("s", "leases"), [])

    def test_points_and_schedulers_killed_at_random_moments(self):
        """Kills whatever is there, again and again: in the end every point is done once, with the weights of an
        undisturbed sweep."""
        seed = int.from_bytes(os.urandom(4), "little")
        chance = random.Random(seed)
        options = [*TINY, "--steps", "12", "--seeds", "0,1", *AXES]
        self.succeed("sweep", *options, "--out", "calm", "--quiet")
        seen = {}
        kills = 0
        process = self.start("sweep", *options, "--out", "s", "--workers", "2", "--quiet")
        for _ in range(400):
            time.sleep(chance.uniform(0, 0.25))
            if os.path.isdir(self.path("s", "points")):
                for name, place in self.finished().items():
                    self.assertEqual(seen.setdefault(name, place), place, f"done twice, seed {seed}")
            if process.poll() is not None:
                process.communicate()
                if process.returncode in (0, 1) and len(seen) == 2 * POINTS:
                    break
                # A scheduler killed before it had made its folder: once more from the start.
                has_folder = os.path.exists(self.path("s", "sweep_spec.json"))
                how = ["--resume", "s"] if has_folder else [*options, "--out", "s", "--force"]
                process = self.start("sweep", *how, "--workers", "2", "--quiet")
                continue
            victims = [process.pid, *children(process.pid)] if kills < 12 else []
            if victims:
                try:
                    os.kill(chance.choice(victims), chance.choice([signal.SIGKILL, signal.SIGTERM]))
                    kills += 1
                except ProcessLookupError:
                    pass
        process.wait(timeout=60)
        for stream in (process.stdout, process.stderr):
            stream.close()
        self.succeed("sweep", "--resume", "s", "--quiet")
        points = {name: {p["id"]: p for p in self.document(name)["points"]} for name in ("calm", "s")}
        self.assertEqual(points["s"].keys(), points["calm"].keys())
        for name, point in points["s"].items():
            self.assertEqual(point["status"], "done", (seed, point["reason"]))
            self.assertEqual(point["summary"]["weights_sha256"],
                             points["calm"][name]["summary"]["weights_sha256"], seed)
        self.assertGreater(kills, 0)
        self.assertEqual(self.names("s", "leases"), [])

    def test_a_sweep_under_way_is_not_started_over(self):
        process = self.start("sweep", *TINY, "--steps", "100000", *AXES, "--out", "s", "--quiet")
        while not os.path.isdir(self.path("s", "leases")) or not self.names("s", "leases"):
            time.sleep(0.01)
        self.refused(4, "sweep", *TINY, *AXES, "--out", "s", "--force", "--quiet",
                     says=f"a sweep works in it: host {os.uname().nodename}, process {process.pid}")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=100)
        self.assertEqual(process.returncode, 130)

    def test_two_schedulers_share_a_folder(self):
        options = [*TINY, "--steps", "30", "--seeds", "0,1,2", *AXES]
        first = self.start("sweep", *options, "--out", "s", "--quiet")
        while not os.path.exists(self.path("s", "sweep_spec.json")):
            time.sleep(0.005)
        second = self.start("sweep", "--resume", "s", "--quiet")
        for process in (first, second):
            _, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, err)
        document = self.document()
        self.assertEqual(len(document["points"]), 3 * POINTS)
        self.assertEqual({point["status"] for point in document["points"]}, {"done"})
        self.assertEqual({point["tries"] for point in document["points"]}, {1})


def children(pid):
    """Processes that a process started and that still run."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


if __name__ == "__main__":
    unittest.main()
