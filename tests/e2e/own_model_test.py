# SPDX-License-Identifier: Apache-2.0
"""A report of somebody's own model, from samples/report_own_model.cpp, through every command that takes reports."""
import json
import os
import subprocess
import unittest

from program import ProgramTest

SAMPLE = os.environ["ACTSCOPE_REPORT_OWN_MODEL"]

# What only our own model has: no such word may stand for a run of another.
OURS = ("resmlp", "block_rows", "sparsity_ratio", "fashion-mnist", "learning_rate", "drop_path")


class OwnModel(ProgramTest):
    def setUp(self):
        super().setUp()
        for name in ("a", "b"):
            result = subprocess.run([SAMPLE, self.path(name)], capture_output=True, text=True, check=False, timeout=120)
            self.assertEqual(result.returncode, 0, result.stderr)

    def changed(self, change):
        document = self.report("b")
        change(document)
        with open(self.path("changed.json"), "w", encoding="utf-8") as file:
            json.dump(document, file)
        return "changed.json"

    def test_the_document_says_what_is_known_and_no_more(self):
        self.assertEqual(self.names("a"), ["report.json", "trace.db", "trace.pftrace"])
        self.assertIn("ok actscope.run", self.succeed("validate", "a/report.json"))
        report = self.report("a")
        self.assertEqual(report["schema"]["version"], "1.5.0")
        self.assertEqual((report["model"]["kind"], report["model"]["name"]), ("libtorch", "net"))
        self.assertEqual(report["config"], {"model": "net", "batch": 32, "seed": 0, "device": "cpu", "dtype": "fp32"})
        summary = report["summary"]
        self.assertEqual(summary["residual_bytes"], 0)
        self.assertEqual(summary["saved_bytes"], report["ledger"]["totals"]["kept_bytes"])
        self.assertIsNone(summary["dense_saved_bytes"])
        self.assertEqual(summary["saved_bytes"], sum(slot["stored_bytes"] for layer in report["layers"]
                                                     for slot in layer["slots"]))
        self.assertEqual(summary["peak_bytes"], report["memory"]["peak"]["bytes"])
        layers = [layer["name"] for layer in report["layers"]]
        for name in ("blocks.0.norm", "blocks.0.fc1", "blocks.0", "blocks.1.fc2", "head"):
            self.assertIn(name, layers)
        self.assertEqual(report["warnings"], [])
        self.assertTrue(report["operators"])

    def test_every_rendering_takes_it_and_invents_nothing(self):
        for options in ([], ["--format", "md"], ["--format", "csv"], ["--format", "json"]):
            out = self.succeed("report", "a", *options)
            body = out.split("\n", 1)[1] if "csv" in options else out
            for word in OURS:
                self.assertNotIn(word, body, options)
        self.assertIn("blocks.1.fc2", self.succeed("report", "a"))
        self.succeed("report", "a", "b", "--format", "html", "--output", "page.html")
        with open(self.path("page.html"), encoding="utf-8") as file:
            page = file.read()
        self.assertIn("net (libtorch)", page)
        self.assertNotIn("fashion-mnist", page)
        self.assertIn("saved_bytes", self.succeed("compare", "a", "b"))
        self.succeed("trace", "export", "a", "--format", "chrome", "--output", "t.json")

    def test_it_stands_beside_runs_of_our_own(self):
        self.succeed("run", "--data", "synthetic", "--train-samples", "64", "--heldout-samples", "32", "--batch", "16",
                     "--dim", "32", "--depth", "2", "--patch", "4", "--steps", "2", "--scheme", "dense", "--out", "ours")
        self.assertIn("net", self.succeed("report", "ours", "a").replace("a ", "net ", 1))
        self.succeed("compare", "ours", "a")
        self.assertEqual(self.call("gate", "--baseline", "ours", "--candidate", "a")[0], 1)

    def test_the_gate_passes_equal_work(self):
        out = self.succeed("gate", "--baseline", "a", "--candidate", "b", "--json")
        rows = {row["metric"]: row for row in json.loads(out)["rows"]}
        self.assertEqual(rows["ledger.layers.blocks.0.fc1.kept_bytes"]["verdict"], "same")
        for metric, row in rows.items():
            if row["class"] != "timing":
                self.assertEqual(row["verdict"], "same", metric)

    def test_the_gate_sees_what_moves_at_equal_bytes(self):
        def other_layer(document):
            storage = next(one for one in document["ledger"]["storages"] if one["holders"][0]["layer"] == "blocks.0.fc1")
            storage["holders"][0]["layer"] = "blocks.1.fc1"

        def new_holder(document):
            storage = document["ledger"]["storages"][0]
            storage["holders"].append(dict(storage["holders"][0], node="SigmoidBackward0", member="result"))

        def residual(document):
            document["ledger"]["residual_bytes"] = 4096

        def unknown_node(document):
            document["ledger"]["unknown_nodes"].append({"node": "Hidden", "count": 1})
            document["ledger"]["nodes"] += 1

        for change, metric in ((other_layer, "ledger.layers.blocks.1.fc1.kept_bytes"),
                               (new_holder, "SigmoidBackward0.result.references"),
                               (residual, "ledger.residual_bytes"), (unknown_node, "ledger.unknown_nodes")):
            with self.subTest(change=change.__name__):
                code, out, _ = self.call("gate", "--baseline", "a", "--candidate", self.changed(change))
                self.assertEqual(code, 1, out)
                self.assertIn(metric, out)

    def test_a_run_of_our_own_does_not_continue_it(self):
        self.assertNotEqual(self.call("run", "--resume", "a")[0], 0)


if __name__ == "__main__":
    unittest.main()
