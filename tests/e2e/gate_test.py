# SPDX-License-Identifier: Apache-2.0
"""The gate on stored reports: every exit code, every output, runs and sweeps."""
import json
import os
import unittest
import xml.etree.ElementTree as ET

from program import TINY, ProgramTest


class GateTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.succeed("run", *TINY, "--scheme", "exact", "--out", "main", "--quiet")

    def write(self, name, document):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(document if isinstance(document, str) else json.dumps(document))
        return name

    def text(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as file:
            return file.read()

    def changed(self, name, change):
        """A copy of the report of main after `change`."""
        document = self.report("main")
        change(document)
        return self.write(name, document)

    def more_bytes(self):
        return self.changed("more.json", lambda d: d["summary"].update(saved_bytes=1 << 30))

    def policy(self, **fields):
        return self.write("policy.json",
                          {"schema": {"name": "actscope.policy", "version": "1.0.0"}, **fields})

    def gate(self, code, candidate, *options, baseline="main"):
        """stdout and stderr of the gate, which ends with `code`."""
        actual, out, err = self.call("gate", "--baseline", baseline, "--candidate", candidate,
                                     *options)
        self.assertEqual(actual, code, (candidate, options, out, err))
        return out, err

    def rows(self, code, candidate, *options, **more):
        document = json.loads(self.gate(code, candidate, "--json", *options, **more)[0])
        return {row["metric"]: row for row in document["rows"]}


class Runs(GateTest):
    def test_a_run_passes_against_itself(self):
        out, err = self.gate(0, "main/report.json", "--strict", "--strict-env")
        self.assertEqual(err, "")
        self.assertTrue(out.splitlines()[-1].startswith("same: "), out)
        again = self.gate(0, "main/report.json", "--strict", "--strict-env")[0]
        self.assertEqual(again, out)

    def test_identical_work_has_identical_bytes(self):
        self.succeed("run", *TINY, "--scheme", "exact", "--out", "again", "--quiet")
        rows = self.rows(0, "again")
        self.assertEqual([name for name, row in rows.items()
                          if row["class"] != "timing" and row["verdict"] != "same"], [])
        self.assertEqual(rows["step_time_s"]["class"], "timing")

    def test_more_bytes_regress_and_fewer_improve(self):
        out, err = self.gate(1, self.more_bytes())
        self.assertIn("saved_bytes", out)
        self.assertEqual(err.count("\n"), 1)
        self.assertTrue(err.startswith("actscope: the candidate regressed [saved_bytes: more"), err)
        row = self.rows(1, "more.json")["saved_bytes"]
        self.assertEqual((row["class"], row["verdict"], row["reason"], row["candidate"]),
                         ("exact", "regressed", "more_bytes", 1 << 30))
        self.gate(0, "main", baseline="more.json")

    def test_usage(self):
        self.refused(2, "gate", "--baseline", "main", says="candidate")
        self.refused(2, "gate", "--baseline", "main", "--candidate", "main", "--strickt",
                     says="strickt")
        self.refused(2, "gate", "--baseline", "main", "--candidate", "main", "--json", "--github",
                     says="--github")
        before = self.text("main", "report.json")
        self.refused(2, "gate", "--baseline", "main", "--candidate", "main", "--output",
                     "main/report.json", says="input of the gate")
        self.assertEqual(self.text("main", "report.json"), before)

    def test_unreadable_reports(self):
        text = self.text("main", "report.json")
        for name, content in (("cut.json", text[:len(text) // 2]), ("empty.json", ""),
                              ("deep.json", "[" * 100000), ("list.json", "[]"),
                              ("nan.json", text.replace('"steps": 2', '"steps": NaN')),
                              ("negative.json", text.replace('"steps": 2', '"steps": -2')),
                              ("other.json", text.replace("actscope.run", "actscope.compare"))):
            self.write(name, content)
            for one, two in (("main", name), (name, "main")):
                self.refused(3, "gate", "--baseline", one, "--candidate", two, says=name)
        self.refused(3, "gate", "--baseline", "none", "--candidate", "main", says="none")
        self.refused(3, "gate", "--baseline", "main", "--candidate", "none", says="none")

    def test_a_baseline_that_did_not_complete(self):
        self.changed("stopped.json", lambda d: d.update(status="interrupted",
                                                        status_reason="stopped"))
        self.refused(3, "gate", "--baseline", "stopped.json", "--candidate", "main", says="stopped")

    def test_policies(self):
        for content, says in (("{", "policy.json"), ({"margins": {}}, "schema")):
            self.write("policy.json", content)
            self.refused(3, "gate", "--baseline", "main", "--candidate", "main", "--policy",
                         "policy.json", says=says)
        self.refused(3, "gate", "--baseline", "main", "--candidate", "main", "--policy",
                     self.policy(margin={}), says="did you mean margins?")
        self.refused(3, "gate", "--baseline", "main", "--candidate", "main", "--policy",
                     "none.json", says="none.json")
        candidate = self.more_bytes()
        waiver = {"metric": "saved_bytes", "reason": "known", "expires": "9999-12-31"}
        out, _ = self.gate(0, candidate, "--policy", self.policy(waivers=[waiver]))
        self.assertIn("waived: known", out.replace("is waived", "waived"))
        waiver["expires"] = "2020-01-01"
        out, _ = self.gate(1, candidate, "--policy", self.policy(waivers=[waiver]))
        self.assertIn("expired on 2020-01-01", out)
        self.gate(0, candidate, "--policy", self.policy(ignore=["saved_bytes"]))

    def test_another_environment(self):
        self.changed("other.json", lambda d: d["environment"].update(cpu="another"))
        out, _ = self.gate(0, "other.json")
        self.assertIn('-> "another"', out)
        _, err = self.gate(4, "other.json", "--strict-env")
        self.assertIn("different environments", err)

    def test_an_open_question(self):
        self.changed("open.json", lambda d: d["summary"].update(
            heldout_accuracy_ratio=d["summary"]["heldout_accuracy_ratio"] + 0.03125))
        out, err = self.gate(0, "open.json")
        self.assertIn("inconclusive", out)
        self.assertEqual(err, "")
        _, err = self.gate(5, "open.json", "--strict")
        self.assertIn("the gate is inconclusive [heldout_accuracy_ratio", err)

    def test_a_candidate_that_did_not_complete(self):
        for status in ("failed", "interrupted"):
            self.changed("bad.json", lambda d: d.update(status=status, status_reason="why"))
            _, err = self.gate(6, "bad.json")
            self.assertIn("why", err)
            self.assertEqual(self.rows(6, "bad.json")["status"]["reason"], "candidate_" + status)


class Sweeps(GateTest):
    def sweep(self, name, points):
        """A sweep of the configuration of main: id, seed, saved bytes and accuracy of its points."""
        run = self.report("main")
        written = []
        for identifier, seed, saved_bytes, accuracy in points:
            written.append({
                "id": identifier, "role": "grid", "status": "done", "reason": "", "report": "",
                "config": {**run["config"], "seed": seed, "out": ""}, "heldout_samples": 32,
                "tries": 1, "elapsed_s": 1, "summary": {**run["summary"], "saved_bytes": saved_bytes,
                                                        "heldout_accuracy_ratio": accuracy}})
        os.makedirs(self.path(name), exist_ok=True)
        return self.write(name + "/sweep.json", {
            "schema": {"name": "actscope.sweep", "version": "1.0.0"},
            "environment": run["environment"], "points": written})

    def test_points_are_judged_by_their_folders(self):
        self.sweep("a", [("p", 0, 100, 0.5), ("q", 1, 100, 0.5)])
        self.gate(0, "a", baseline="a")
        self.sweep("b", [("p", 0, 100, 0.5), ("q", 1, 101, 0.5)])
        rows = self.rows(1, "b", baseline="a")
        self.assertEqual(rows["points.q.saved_bytes"]["reason"], "more_bytes")
        self.assertEqual(rows["points.p.saved_bytes"]["reason"], "equal")
        self.sweep("c", [("p", 0, 100, 0.5)])
        self.assertEqual(self.rows(1, "c", baseline="a")["points.q.status"]["verdict"], "missing")
        self.assertEqual(self.rows(0, "a", baseline="c")["points.q.status"]["verdict"], "new")

    def test_accuracy_is_judged_over_seeds(self):
        self.sweep("a", [("p", 0, 100, 0.80), ("q", 1, 100, 0.81), ("r", 2, 100, 0.82)])
        self.sweep("b", [("p", 0, 100, 0.70), ("q", 1, 100, 0.711), ("r", 2, 100, 0.719)])
        row = self.rows(1, "b", baseline="a")["seeds.p.heldout_accuracy_ratio"]
        self.assertEqual((row["class"], row["reason"]), ("learning", "beyond_margin"))
        self.gate(0, "a", baseline="b")

    def test_a_failed_point_and_an_empty_sweep(self):
        document = json.loads(self.text(self.sweep("a", [("p", 0, 100, 0.5)])))
        document["points"][0].update(status="failed", reason="diverged", summary=None)
        self.write("failed.json", document)
        _, err = self.gate(6, "failed.json", baseline="a")
        self.assertIn("diverged", err)
        self.refused(3, "gate", "--baseline", "failed.json", "--candidate", "a", says="no point")

    def test_a_sweep_of_the_program_is_recorded_and_held(self):
        self.succeed("sweep", *TINY, "--schemes", "exact,int4", "--seeds", "0,1", "--no-baselines",
                     "--out", "s", "--quiet")
        self.gate(0, "s", "--record", "--quiet", baseline="base.json")
        rows = self.rows(0, "s", "--strict", baseline="base.json")
        self.assertEqual([name for name in rows if name.endswith("saved_bytes")
                          and rows[name]["reason"] != "equal"], [])
        self.assertEqual(sum(name.startswith("seeds.") for name in rows), 4)
        self.succeed("sweep", *TINY, "--schemes", "exact", "--no-baselines", "--out", "t",
                     "--quiet")
        self.assertIn("missing_point", self.gate(1, "t", baseline="base.json")[0])

    def test_a_run_is_no_sweep(self):
        self.sweep("a", [("p", 0, 100, 0.5)])
        self.refused(3, "gate", "--baseline", "a", "--candidate", "main", says="a run and a sweep")


class Outputs(GateTest):
    def test_all_of_one_result(self):
        out, _ = self.gate(1, self.more_bytes(), "--output", "g.json", "--markdown", "g.md",
                           "--junit", "g.xml", "--github")
        document = json.loads(self.text("g.json"))
        self.assertEqual(document["verdict"], "regressed")
        self.assertIn("ok actscope.gate", self.succeed("validate", "g.json"))
        self.assertIn("::error title=actscope gate saved_bytes::", out)
        self.assertIn("| saved_bytes | exact | regressed |", self.text("g.md"))
        suite = ET.parse(self.path("g.xml")).getroot()
        names = [case.get("name") for case in suite.iter("testcase")]
        self.assertEqual(len(names), len(document["rows"]))
        self.assertEqual(len(set(names)), len(names))
        failures = [case.get("name") for case in suite.iter("testcase")
                    if case.find("failure") is not None]
        self.assertEqual(failures, ["saved_bytes"])
        self.assertEqual(json.loads(self.gate(1, "more.json", "--json")[0]), document)

    def test_a_folder_that_is_not_there(self):
        self.assertIn("cannot write", self.gate(4, "main", "--output", "none/g.json")[1])

    def test_recording_a_baseline(self):
        self.gate(0, "main", "--record", baseline="base.json")
        first = self.text("base.json")
        self.assertIn("ok actscope.run", self.succeed("validate", "base.json"))
        self.assertIsNone(json.loads(first)["summary"]["step_time_s"])
        self.gate(0, "main", "--strict", baseline="base.json")
        self.gate(1, self.more_bytes(), baseline="base.json")
        out, err = self.gate(0, "more.json", "--record", baseline="base.json")
        self.assertIn("regressed", out)
        self.assertIn("recorded", err)
        self.gate(0, "more.json", baseline="base.json")
        self.changed("bad.json", lambda d: d.update(status="failed", status_reason="why"))
        recorded = self.text("base.json")
        self.gate(6, "bad.json", "--record", baseline="base.json")
        self.assertEqual(self.text("base.json"), recorded)
        self.refused(3, "gate", "--baseline", "new.json", "--candidate", "bad.json", "--record",
                     says="no completed run")
        self.assertNotIn("new.json", self.names())

    def test_recording_makes_the_folder(self):
        for baseline, file in (("ci/base.json", "ci/base.json"), ("a/b/c/base.json", "a/b/c/base.json"),
                               ("folder/", "folder/report.json")):
            self.gate(0, "main", "--record", "--quiet", baseline=baseline)
            self.assertIn("ok actscope.run", self.succeed("validate", file))
            self.gate(0, "main", "--strict", baseline=baseline)
        # A gate that records nothing makes no file and no folder.
        self.changed("bad.json", lambda d: d.update(status="failed", status_reason="why"))
        self.refused(3, "gate", "--baseline", "none/new.json", "--candidate", "bad.json", "--record",
                     says="no completed run")
        self.assertNotIn("none", self.names())
        self.write("file", "mine")
        self.assertIn("cannot make the folder", self.gate(4, "main", "--record", baseline="file/base.json")[1])


if __name__ == "__main__":
    unittest.main()
