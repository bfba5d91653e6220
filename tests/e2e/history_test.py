# SPDX-License-Identifier: Apache-2.0
"""The history of a folder of reports: a known step, every format, every exit code."""
import copy
import json
import os
import random
import re
import unittest

from program import TINY, ProgramTest


class HistoryTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.succeed("run", *TINY, "--scheme", "exact", "--out", "one", "--quiet")
        self.document = self.report("one")

    def write(self, name, document):
        os.makedirs(os.path.dirname(self.path(name)) or ".", exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(document if isinstance(document, str) else json.dumps(document))

    def made(self, number, step_time_s=0.25, **changes):
        """Report number `number` of a series: a day and a revision each."""
        document = copy.deepcopy(self.document)
        document["summary"].update(step_time_s=step_time_s, images_per_s=16 / step_time_s)
        document["environment"].update(started_at=f"2026-{1 + number // 28:02}-{1 + number % 28:02}T03:00:00Z",
                                       git_revision=f"{number:04x}abcdef01")
        document.update(changes)
        return document

    def series(self, folder, count=60, at=40):
        """A step of 10 % at report `at`, in noise of 2 %."""
        noise = random.Random(5)
        for i in range(count):
            time = 0.25 * (1 + 0.02 * noise.gauss(0, 1)) * (1.1 if i >= at else 1)
            self.write(f"{folder}/{i}/report.json", self.made(i, time))

    def history(self, folder, *options):
        return json.loads(self.succeed("history", folder, "--json", *options))

    def steps(self, document, metric):
        return [step for group in document["groups"] for series in group["series"]
                if series["metric"] == metric for step in series["steps"]]


class Steps(HistoryTest):
    def test_a_known_step_is_found_and_quoted(self):
        self.series("ci")
        out = self.succeed("history", "ci")
        quote = re.search(r"step_time (1\.\d+)x \[(1\.\d+), (1\.\d+)\] since 00..abc \(2026-02-1\d\)", out)
        self.assertIsNotNone(quote, out)
        ratio, low, high = map(float, quote.groups())
        self.assertLess(abs(ratio - 1.1), 0.03)
        self.assertLess(low, ratio)
        self.assertGreater(high, ratio)
        document = self.history("ci")
        step, = self.steps(document, "step_time_s")
        self.assertLessEqual(abs(step["report"] - 40), 1)
        self.assertEqual(step["effect"], "worse")
        self.assertEqual(self.steps(document, "saved_bytes"), [])
        self.assertEqual(self.succeed("history", "ci"), out)  # the same again
        # A larger change is asked for than there is.
        self.assertEqual(self.steps(self.history("ci", "--min-change", "0.3"), "step_time_s"), [])

    def test_every_format_and_the_document(self):
        self.series("ci")
        document = self.succeed("history", "ci", "--format", "json")
        self.assertEqual(self.succeed("history", "ci", "--json"), document)
        self.write("history.json", document)
        self.assertIn("ok actscope.history", self.succeed("validate", "history.json"))
        for name, has in (("text", "to quote:"), ("md", "| step_time_s |"), ("csv", "group,metric,report"),
                          ("html", "<svg viewBox"), ("json", '"actscope.history"')):
            out = self.succeed("history", "ci", "--format", name)
            self.assertIn(has, out)
            self.assertEqual(self.succeed("report", "history.json", "--format", name), out)
            code, printed, err = self.call("history", "ci", "--format", name, "--output", "file")
            self.assertEqual((code, printed, err), (0, "", "wrote file\n"))
            with open(self.path("file"), encoding="utf-8") as file:
                self.assertEqual(file.read(), out)
        page = self.succeed("history", "ci", "--format", "html")
        self.assertNotIn("<script", page)
        self.assertNotIn("http", page)
        self.assertEqual(page.count("<circle"), 60 * page.count("<figure"))

    def test_runs_of_the_program_itself(self):
        for scheme in ("exact", "int4"):
            self.succeed("run", *TINY, "--scheme", scheme, "--out", "runs/" + scheme, "--quiet")
        self.succeed("run", *TINY, "--scheme", "int4", "--out", "runs/again", "--quiet")
        document = self.history("runs")
        self.assertEqual(sorted(len(group["series"][0]["points"]) for group in document["groups"]), [1, 2])
        self.assertIn("too short", self.succeed("history", "runs"))

    def test_bytes_and_chosen_metrics(self):
        for i in range(4):
            document = self.made(i)
            document["layers"][1]["slots"][0]["stored_bytes"] += 4 * (i > 1)
            self.write(f"ci/{i}.json", document)
        name = document["layers"][1]["name"] + "." + document["layers"][1]["slots"][0]["name"]
        shown = self.history("ci", "--metric", "layers.*.stored_bytes", "--metric", "parameters")
        step, = self.steps(shown, f"layers.{name}.stored_bytes")
        self.assertEqual((step["report"], step["after"] - step["before"]), (2, 4))
        self.assertEqual([s["verdict"] for s in shown["groups"][0]["series"] if s["metric"] == "parameters"], ["level"])


class Orders(HistoryTest):
    def test_revisions(self):
        for i, revision in enumerate(("bbbbbbbbbbbb", "aaaaaaaaaaaa", "cccccccccccc", "dddddddddddd")):
            document = self.made(i)
            document["environment"]["git_revision"] = revision
            self.write(f"ci/{i}/report.json", document)
        self.write("list", "aaaaaaaaaaaaaaaa\nbbbbbbbbbbbbbbbb some subject\ncccccccc\n")
        shown = self.history("ci", "--by", "revision", "--revisions", "list")
        self.assertEqual([report["source"][0] for report in shown["reports"]], ["1", "0", "2"])
        self.assertEqual([problem["source"][0] for problem in shown["unplaced"]], ["3"])
        self.assertEqual(self.history("ci", "--revisions", "list"), shown)
        self.refused(2, "history", "ci", "--by", "revision", says="--revisions")
        self.refused(2, "history", "ci", "--by", "date", "--revisions", "list", says="go together")
        self.refused(2, "history", "ci", "--by", "size", says="date, revision or path")
        self.write("list", "no hashes here\n")
        self.refused(3, "history", "ci", "--revisions", "list", says="line 1 begins with 'no'")
        self.refused(3, "history", "ci", "--revisions", "none", says="none")

    def test_dates(self):
        for i in range(12):
            document = self.made(0)
            document["environment"]["started_at"] = "" if i == 3 else "2026-01-01T00:00:00Z"
            self.write(f"ci/{i}/report.json", document)
        shown = self.history("ci")
        self.assertEqual([report["source"].split("/")[0] for report in shown["reports"]],
                         ["0", "1", "2", "4", "5", "6", "7", "8", "9", "10", "11"])
        self.assertEqual(len(shown["unplaced"]), 1)
        self.assertIn("share their date", shown["notes"][0])
        self.assertEqual(len(self.history("ci", "--by", "path")["reports"]), 12)
        # What --no-volatile wrote has no date at all.
        self.succeed("run", *TINY, "--out", "plain", "--no-volatile", "--quiet")
        self.refused(3, "history", "plain", says="order them with --by path")
        self.assertEqual(len(self.history("plain", "--by", "path")["reports"]), 1)

    def test_configurations_do_not_mix(self):
        for i in range(24):
            document = self.made(i, 0.25 if i % 2 else 0.5)
            document["config"]["batch"] = 16 if i % 2 else 32
            self.write(f"ci/{i}/report.json", document)
        shown = self.history("ci")
        self.assertEqual(len(shown["groups"]), 2)
        self.assertEqual(self.steps(shown, "step_time_s"), [])
        self.assertIn("batch 32", shown["groups"][0]["name"])


class BadInput(HistoryTest):
    def test_nothing_to_read(self):
        os.mkdir(self.path("empty"))
        self.refused(3, "history", "empty", says="no report that can be read")
        self.refused(3, "history", "none", says="No such file")
        self.refused(3, "history", "one/report.json", says="Not a directory")
        self.refused(2, "history", says="DIR is required")
        self.write("other/package.json", "{}")
        self.refused(3, "history", "other", says="1 of other kinds")
        self.write("broken/report.json", "{")
        code, out, err = self.call("history", "broken")
        self.assertEqual((code, out, err.count("\n")), (3, "", 2), err)
        self.assertTrue(err.startswith("passed over: report.json "), err)
        self.refused(3, "history", "broken", "--quiet", says="1 files not readable")

    def test_what_cannot_be_read_is_told_and_passed_over(self):
        text = json.dumps(self.made(0))
        for name, content in (("cut", text[:len(text) // 2]), ("empty", ""), ("deep", "[" * 100000),
                              ("newer", text.replace('"version": "1.', '"version": "9.')), ("good", text)):
            self.write(f"ci/{name}/report.json", content)
        os.symlink(".", self.path("ci", "self"))
        os.symlink("ring.json", self.path("ci", "ring.json"))
        self.write("ci/" + "deeper/" * 60 + "report.json", self.made(1))
        code, out, err = self.call("history", "ci")
        self.assertEqual((code, err.count("passed over: "), err.count("\n")), (0, 5, 5), err)
        self.assertIn("2 reports of 1 configuration", out)
        self.assertIn("files that cannot be read: 5", out)
        self.assertIn("not followed: 1", out)
        document = self.history("ci", "--quiet")
        self.assertEqual([problem["source"] for problem in document["unreadable"]],
                         ["cut/report.json", "deep/report.json", "empty/report.json", "newer/report.json", "ring.json"])

    def test_failed_runs_are_gaps(self):
        for i in range(20):
            failed = {"status": "failed", "status_reason": "out of memory"} if i % 4 == 1 else {}
            self.write(f"ci/{i}/report.json", self.made(i, 0.25 if i < 10 else 0.5, **failed))
        document = self.history("ci")
        step, = self.steps(document, "step_time_s")
        self.assertEqual((step["report"], step["previous"], step["change"]), (10, 8, 2))
        said = " ".join(self.succeed("history", "ci").split())  # lines are broken at blanks
        self.assertIn("5 of 20 reports: failed: out of memory (1/report.json", said)
        for i in range(20):
            self.write(f"ci/{i}/report.json", self.made(i, status="failed", status_reason="why"))
        self.assertIn("20 of 20 reports: failed: why", " ".join(self.succeed("history", "ci").split()))

    def test_wrong_options(self):
        for options, says in ((["--format", "pdf"], "text, md, html or csv"), (["--min-change", "-1"], "--min-change"),
                              (["--min-change", "1"], "--min-change"), (["--min-change", "x"], "--min-change"),
                              (["--metric", "nothing"], "no report has a metric"),
                              (["--json", "--format", "html"], "exclude each other"), (["--formt", "md"], "--format")):
            self.refused(2, "history", "one", *options, says=says)
        self.refused(4, "history", "one", "--output", "none/file", says="cannot write")
        self.refused(4, "history", "one", "--output", "one", says="one")


class Verdicts(HistoryTest):
    def gate(self, name, candidate):
        self.call("gate", "--baseline", "one", "--candidate", candidate, "--output", name, "--quiet")

    def test_verdicts_are_rendered(self):
        self.write("more.json", self.made(0, summary={**self.made(0)["summary"], "saved_bytes": 1 << 30}))
        self.gate("gate.json", "more.json")
        self.assertIn("regressed", self.succeed("report", "gate.json"))
        self.assertIn("### Actscope gate: regressed", self.succeed("report", "gate.json", "--format", "md"))
        self.assertIn("saved_bytes,exact,regressed,more_bytes", self.succeed("report", "gate.json", "--format", "csv"))
        page = self.succeed("report", "gate.json", "--format", "html")
        self.assertIn('<td class="fails">regressed</td>', page)
        self.assertNotIn("<script", page)
        with open(self.path("gate.json"), encoding="utf-8") as file:
            self.assertEqual(self.succeed("report", "gate.json", "--format", "json"), file.read())
        self.refused(3, "report", "gate.json", "one", says="actscope.gate")

    def test_verdicts_have_a_history(self):
        for i in range(4):
            document = self.made(i)
            document["summary"]["saved_bytes"] *= 1 + (i > 1)
            self.write(f"ci/{i}/report.json", document)
            self.gate(f"ci/{i}/gate.json", f"ci/{i}")
        document = self.history("ci")
        self.assertEqual([group["name"].split()[0] for group in document["groups"]], ["gate", "resmlp"])
        step, = self.steps(document, "gate.saved_bytes")
        self.assertEqual((step["before"], step["after"], document["reports"][step["report"]]["source"]),
                         (1, 2, "2/gate.json"))


if __name__ == "__main__":
    unittest.main()
