# SPDX-License-Identifier: Apache-2.0
"""From runs to tables, pages, comparisons and verdicts on documents."""
import csv
import io
import json
import os
import subprocess
import unittest

from program import ACTSCOPE, TINY, ProgramTest


class Documents(ProgramTest):
    def setUp(self):
        super().setUp()
        for scheme in ("dense", "exact"):
            self.succeed("run", *TINY, "--scheme", scheme, "--out", "runs/" + scheme, "--quiet")
        self.runs = ["runs/dense", "runs/exact"]

    def test_report_in_every_format(self):
        dense, exact = (self.report(run)["summary"] for run in self.runs)
        text = self.succeed("report", *self.runs, "--introduction", "Two runs.")
        self.assertTrue(text.startswith("Two runs.\n"))
        self.assertIn("exact", text)
        self.assertTrue(self.succeed("report", *self.runs, "--format", "md").startswith("|"))
        rows = list(csv.DictReader(io.StringIO(self.succeed("report", *self.runs, "--format",
                                                            "csv"))))
        self.assertEqual([row["run"] for row in rows], ["dense", "exact"])
        self.assertEqual([int(row["saved_bytes"]) for row in rows],
                         [dense["saved_bytes"], exact["saved_bytes"]])
        self.succeed("report", *self.runs, "--format", "html", "--output", "index.html")
        with open(self.path("index.html"), encoding="utf-8") as file:
            page = file.read()
        self.assertIn("<html", page)
        self.assertIn("</html>", page)
        self.assertNotIn("src=", page, "the page reads nothing from elsewhere")
        self.refused(4, "report", *self.runs, "--output", "none/index.html", says="cannot write")

    def test_report_rewrites_a_document(self):
        written = self.succeed("report", "runs/exact", "--format", "json")
        self.assertEqual(json.loads(written), self.report("runs", "exact"))
        stable = json.loads(self.succeed("report", "runs/exact", "--format", "json",
                                         "--no-volatile"))
        self.assertIsNone(stable["summary"]["step_time_s"])
        self.assertEqual(stable["summary"]["saved_bytes"],
                         self.report("runs", "exact")["summary"]["saved_bytes"])
        self.refused(2, "report", *self.runs, "--format", "json", says="one document")
        self.refused(2, "report", "runs/exact", "--no-volatile", says="--format json")

    def test_runs_of_one_name_are_told_apart(self):
        os.mkdir(self.path("other"))
        self.succeed("run", *TINY, "--out", "other/dense", "--quiet")
        rows = csv.DictReader(io.StringIO(self.succeed("report", "runs/dense", "other/dense",
                                                       "--format", "csv")))
        self.assertEqual([row["run"] for row in rows], ["runs/dense", "other/dense"])

    def test_compare(self):
        text = self.succeed("compare", *self.runs)
        self.assertIn("saved_bytes", text)
        document = self.succeed("compare", *self.runs, "--json")
        rows = {row["metric"]: row for row in json.loads(document)["rows"]}
        saved = [self.report(run)["summary"]["saved_bytes"] for run in self.runs]
        self.assertEqual([rows["saved_bytes"]["a"], rows["saved_bytes"]["b"]], saved)
        with open(self.path("compare.json"), "w", encoding="utf-8") as file:
            file.write(document)
        self.assertIn("ok actscope.compare", self.succeed("validate", "compare.json"))

    def test_validate_names_every_kind(self):
        with open(self.path("footprint.json"), "w", encoding="utf-8") as file:
            file.write(self.succeed("footprint", "--json"))
        out = self.succeed("validate", "runs/dense", "runs/exact/report.json", "footprint.json")
        self.assertEqual([line.split()[:2] for line in out.splitlines()],
                         [["ok", "actscope.run"]] * 2 + [["ok", "actscope.footprint"]])
        with open(self.path("runs", "exact", "report.json"), encoding="utf-8") as file:
            text = file.read()
        with open(self.path("cut.json"), "w", encoding="utf-8") as file:
            file.write(text[:len(text) // 2])
        code, out, _ = self.call("validate", "runs/dense", "cut.json", "--json")
        self.assertEqual(code, 1)
        self.assertEqual([v["is_valid"] for v in json.loads(out)], [True, False])


class Footprint(ProgramTest):
    def totals(self, *arguments):
        return json.loads(self.succeed("footprint", *arguments, "--json"))["totals"]

    def test_figures(self):
        one = self.totals("--model", "resmlp_s12", "--scheme", "dense", "--batch", "1")
        self.assertEqual(one["parameters"], 15350872)
        self.assertEqual(one["saved_bytes"], one["dense_saved_bytes"])
        self.assertGreater(one["saved_bytes"], 12 * 14 * 75264 * 4)
        two = self.totals("--model", "resmlp_s12", "--scheme", "dense", "--batch", "1", "--dtype", "fp64")
        self.assertAlmostEqual(two["saved_bytes"] / one["saved_bytes"], 2, places=3)
        half = self.totals("--model", "resmlp_s12", "--scheme", "dense", "--batch", "1", "--dtype", "bf16")
        loss = 1000 * 4 + 4  # in fp32
        self.assertEqual((one["saved_bytes"] - loss) / 2 + loss, half["saved_bytes"])
        four = self.totals("--model", "resmlp_s12", "--batch", "1", "--scheme", "int4")
        self.assertGreater(one["saved_bytes"] / four["saved_bytes"], 10)
        self.assertEqual(self.totals("--model", "resmlp_s12", "--batch", "1"), four)  # the scheme where none is named
        self.assertIn("15,350,872", self.succeed("footprint", "--model", "resmlp_s12"))

    def test_a_model_larger_than_memory_is_only_predicted(self):
        self.assertGreater(self.totals("--model", "resmlp_b24_8", "--batch", "100000")
                           ["saved_bytes"], 1 << 40)


class Doctor(ProgramTest):
    def test_says_what_there_is(self):
        document = json.loads(self.succeed("doctor", "--json"))
        self.assertIn("torch", document["features"])
        cpu = [f for f in document["findings"] if f["name"] == "kernels cpu"][0]
        self.assertTrue(cpu["is_usable"])
        counters = [f for f in document["findings"] if f["name"] == "hardware counters"][0]
        self.assertIn("cycles" if counters["is_usable"] else "(", counters["detail"])
        self.assertIn("kernels cuda", self.succeed("doctor"))
        self.assertIn(document["version"], self.succeed("--version"))

    def test_cores_are_those_that_may_be_used(self):
        cores = os.sched_getaffinity(0)
        document = json.loads(self.succeed("doctor", "--json"))
        self.assertEqual(document["cores_by_affinity"], len(cores))
        self.assertLessEqual(document["cores"], len(cores))
        one = {min(cores)}
        document = json.loads(self.succeed("doctor", "--json", preexec_fn=lambda: os.sched_setaffinity(0, one)))
        self.assertEqual((document["cores"], document["cores_by_affinity"]), (1, 1))
        self.succeed("run", *TINY[:TINY.index("--threads")], "--out", "out", "--quiet",
                     preexec_fn=lambda: os.sched_setaffinity(0, one))
        self.assertEqual(self.report("out")["environment"]["threads"], 1)

    def test_without_proc(self):
        """Without /proc there are reasons instead of the system's errors; nothing that is needed comes from /proc alone."""
        hidden = ["unshare", "--mount", "--map-root-user", "sh", "-c", 'mount -t tmpfs none /proc && exec "$0" "$@"']
        if subprocess.run([*hidden, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("the system lets nobody hide /proc")
        def succeed(*arguments):
            result = subprocess.run([*hidden, ACTSCOPE, *arguments], cwd=self.folder, capture_output=True, text=True,
                                    check=False, timeout=120)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertNotIn("No such file", result.stderr)
            return result.stdout
        self.assertIn("unknown processor (/proc/cpuinfo names none), ", succeed("doctor"))
        succeed("run", *TINY, "--trace", "timeline", "--out", "out")
        succeed("sweep", *TINY, "--no-baselines", "--out", "s")


if __name__ == "__main__":
    unittest.main()
