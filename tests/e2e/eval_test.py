# SPDX-License-Identifier: Apache-2.0
"""Weights that a run saved, evaluated by another process."""
import csv
import json
import os
import unittest

from program import TINY, ProgramTest

MODEL = ["--data", "synthetic", "--heldout-samples", "32", "--dim", "32", "--depth", "2", "--patch", "4",
         "--threads", "1"]


class Eval(ProgramTest):
    def setUp(self):
        super().setUp()
        self.run_document = json.loads(self.succeed("run", *TINY, "--json", "--save-weights", "w", "--quiet"))

    def test_accuracy_and_predictions_are_those_of_the_run(self):
        result = json.loads(self.succeed("eval", *MODEL, "--weights", "w", "--predictions", "p.csv", "--json"))
        summary = self.run_document["summary"]
        self.assertEqual(result["heldout_accuracy_ratio"], summary["heldout_accuracy_ratio"])
        self.assertEqual(result["schema"], {"name": "actscope.eval", "version": "1.0.0"})
        self.assertEqual((result["config"]["weights"], result["config"]["dim"]), ("w", 32))
        self.assertEqual(result["samples"], 32)
        self.assertEqual(result["skipped"], [])
        with open(self.path("p.csv"), encoding="utf-8") as file:
            rows = list(csv.reader(file))
        self.assertEqual(rows[0], ["index", "label", "predicted"] + [f"logit_{i}" for i in range(10)])
        self.assertEqual([int(row[0]) for row in rows[1:]], list(range(32)))
        correct = 0
        for row in rows[1:]:
            logits = [float(text) for text in row[3:]]
            self.assertEqual(int(row[2]), logits.index(max(logits)))
            correct += row[1] == row[2]
        self.assertEqual(correct, result["correct"])
        self.assertEqual(self.names(), ["p.csv", "w"])

    def test_the_document_is_valid(self):
        with open(self.path("eval.json"), "w", encoding="utf-8") as file:
            file.write(self.succeed("eval", *MODEL, "--weights", "w", "--json"))
        self.assertIn("ok actscope.eval 1.0.0", self.succeed("validate", "eval.json"))

    def test_weights_of_a_bf16_run_are_fp32(self):
        narrow = json.loads(self.succeed("run", *TINY, "--dtype", "bf16", "--scheme", "int4", "--json", "--save-weights",
                                         "n", "--quiet"))
        result = json.loads(self.succeed("eval", *MODEL, "--weights", "n", "--dtype", "bf16", "--json"))
        self.assertEqual(result["heldout_accuracy_ratio"], narrow["summary"]["heldout_accuracy_ratio"])
        self.assertEqual(result["config"]["dtype"], "bf16")
        with open(self.path("n"), "rb") as file:
            header = file.read(8192)
        self.assertIn(b'"F32"', header)
        self.assertNotIn(b"BF16", header)

    def test_text_and_quiet(self):
        text = self.succeed("eval", *MODEL, "--weights", "w")
        self.assertRegex(text, r"^held-out accuracy   [0-9]+\.[0-9]{2} % of 32 images\nheld-out loss       [0-9.]+\n$")
        code, out, err = self.call("eval", *MODEL, "--weights", "w", "--quiet")
        self.assertEqual((code, out, err), (0, "", ""))

    def test_bad_input(self):
        self.refused(2, "eval", *MODEL, says="--weights")
        self.refused(2, "eval", *MODEL, "--weights", "w", "--batch", "0", says="--batch")
        self.refused(2, "eval", *MODEL, "--weights", "w", "--epochs", "2", says="--epochs")
        self.refused(3, "eval", *MODEL, "--weights", "none", says="no such file")
        self.refused(3, "eval", *MODEL, "--depth", "3", "--weights", "w", says="it lacks blocks.2.")
        self.refused(3, "eval", *MODEL, "--depth", "1", "--weights", "w", says="the model has no blocks.1.")
        self.refused(3, "eval", *MODEL, "--dim", "16", "--weights", "w", says="shapes differ")
        self.refused(4, "eval", *MODEL, "--weights", "w", "--quiet", "--predictions", "none/p.csv", says="none/p.csv")
        with open(self.path("w"), "rb") as file:
            whole = file.read()
        with open(self.path("cut"), "wb") as file:
            file.write(whole[:-1])
        self.refused(3, "eval", *MODEL, "--weights", "cut", says="cut")
        with open(self.path("nan"), "wb") as file:
            file.write(whole[:-4] + b"\0\0\xc0\x7f")
        code, out, err = self.call("eval", *MODEL, "--weights", "nan", "--quiet", "--predictions", "p.csv")
        self.assertEqual((code, out), (6, ""))
        self.assertIn("a logit is not finite, first of image 0", err)
        self.assertTrue(os.path.exists(self.path("p.csv")))

    def test_both_namings(self):
        for names, tensor in (("timm", b"blocks.0.linear_tokens.weight"), ("original", b"blocks.0.attn.weight")):
            self.succeed("run", *TINY, "--quiet", "--save-weights", names, "--weights-names", names)
            with open(self.path(names), "rb") as file:
                self.assertIn(tensor, file.read(4096))
            text = self.succeed("eval", *MODEL, "--weights", names)
            self.assertIn("held-out accuracy", text)


if __name__ == "__main__":
    unittest.main()
