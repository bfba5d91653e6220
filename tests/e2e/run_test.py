# SPDX-License-Identifier: Apache-2.0
"""Whole runs: every byte accounted for, equal seeds equal, stopped and continued."""
import contextlib
import json
import os
import signal
import sqlite3
import struct
import time
import unittest

from program import TINY, ProgramTest

SCHEMES = ("dense", "linear-bsr", "exact", "exact-bsr", "int8", "int4", "int2", "int4-bsr", "int2-bsr", "checkpoint",
           "checkpoint-int4", "topk", "pool")
# More steps than any machine gets through before it is stopped.
LONG = [*TINY, "--steps", "1000000"]


class Bytes(ProgramTest):
    def test_every_scheme_keeps_what_was_predicted(self):
        saved = {}
        for scheme in SCHEMES:
            with self.subTest(scheme):
                self.succeed("run", *TINY, "--scheme", scheme, "--block", "8", "--out", scheme,
                             "--quiet")
                report = self.report(scheme)
                summary = report["summary"]
                self.assertEqual(report["status"], "completed")
                self.assertEqual(summary["saved_bytes"], summary["predicted_saved_bytes"])
                self.assertEqual(summary["residual_bytes"], 0)
                slots = [slot for layer in report["layers"] for slot in layer["slots"]]
                self.assertEqual(sum(slot["stored_bytes"] for slot in slots), summary["saved_bytes"])
                for slot in slots:
                    self.assertEqual(slot["stored_bytes"], slot["predicted_bytes"], slot)
                predicted = json.loads(self.succeed(
                    "footprint", "--json", *TINY[:2], "--batch", "16", "--dim", "32", "--depth", "2",
                    "--patch", "4", "--scheme", scheme, "--block", "8"))
                self.assertEqual(predicted["totals"]["saved_bytes"], summary["saved_bytes"])
                self.assertEqual(predicted["totals"]["dense_saved_bytes"],
                                 summary["dense_saved_bytes"])
                saved[scheme] = summary["saved_bytes"]
                dense = summary["dense_saved_bytes"]
        self.assertEqual(saved["dense"], dense)
        for fewer, more in (("linear-bsr", "dense"), ("exact", "linear-bsr"),
                            ("exact-bsr", "exact"), ("int8", "exact-bsr"), ("int4", "int8"),
                            ("int2", "int4"), ("int4", "int4-bsr"), ("checkpoint", "exact"),
                            ("checkpoint-int4", "int2"), ("topk", "dense"), ("pool", "dense")):
            self.assertLess(saved[fewer], saved[more])

    def test_bf16_keeps_what_was_predicted(self):
        for scheme in ("dense", "linear-bsr", "exact", "int4-bsr"):
            with self.subTest(scheme):
                self.succeed("run", *TINY, "--scheme", scheme, "--block", "8", "--dtype", "bf16", "--out", scheme, "--quiet")
                report = self.report(scheme)
                summary = report["summary"]
                self.assertEqual(report["config"]["dtype"], "bf16")
                self.assertEqual(summary["saved_bytes"], summary["predicted_saved_bytes"])
                self.assertEqual(summary["residual_bytes"], 0)
                predicted = json.loads(self.succeed(
                    "footprint", "--json", *TINY[:2], "--batch", "16", "--dim", "32", "--depth", "2",
                    "--patch", "4", "--scheme", scheme, "--block", "8", "--dtype", "bf16"))
                self.assertEqual(predicted["totals"]["saved_bytes"], summary["saved_bytes"])
                self.assertEqual(predicted["totals"]["dense_saved_bytes"], summary["dense_saved_bytes"])

    def test_slots_set_by_hand(self):
        self.succeed("run", *TINY, "--scheme", "exact", "--slot", "blocks.*.h=int8", "--slot",
                     "blocks.1.h=bsr:8:0.5", "--out", "out", "--quiet")
        report = self.report("out")
        stores = {(layer["name"], slot["name"]): slot["store"]
                  for layer in report["layers"] for slot in layer["slots"]}
        self.assertEqual(stores["blocks.0", "h"], "int8")
        self.assertEqual(stores["blocks.1", "h"], "bsr:8:0.5")
        self.assertEqual(report["summary"]["saved_bytes"],
                         report["summary"]["predicted_saved_bytes"])

    def test_every_selection_of_the_presets(self):
        for select in ("row", "column", "global", "threshold", "random", "panel:unbiased"):
            with self.subTest(select):
                self.succeed("run", *TINY, "--scheme", "linear-bsr", "--block", "8", "--select", select, "--out",
                             select.replace(":", "-"), "--quiet")
                report = self.report(select.replace(":", "-"))
                self.assertEqual(report["config"]["select"], select)
                self.assertEqual(report["summary"]["saved_bytes"], report["summary"]["predicted_saved_bytes"])
                self.assertEqual(report["summary"]["residual_bytes"], 0)

    def test_a_schedule_and_gradient_errors_stand_in_the_report(self):
        self.succeed("run", *TINY, "--steps", "3", "--scheme", "linear-bsr", "--block", "8", "--schedule", "warmup:2",
                     "--gradient-errors", "1", "--out", "out", "--quiet")
        report = self.report("out")
        self.assertEqual(report["config"]["schedule"], "warmup:2")
        self.assertEqual(report["summary"]["predicted_step"], 2)
        self.assertEqual(report["summary"]["saved_bytes"], report["summary"]["predicted_saved_bytes"])
        errors = {(g["layer"], g["parameter"]): g for g in report["gradients"]}
        pruned = errors["blocks.1", "mlp_channels.fc1.weight"]
        self.assertGreater(pruned["relative_error"], 0.01)
        self.assertLess(pruned["cosine"], 0.9999)
        self.assertLess(errors["tail", "head.weight"]["relative_error"], 1e-5)
        self.succeed("validate", self.path("out", "report.json"))
        for arguments, says in ((("--schedule", "soon"), "warmup"), (("--select", "all"), "threshold"),
                                (("--scheme", "exact", "--slot", "*.h=code4"), "u is dropped")):
            self.refused(2, "run", *TINY, *arguments, "--out", "no", says=says)

    def test_without_the_ledger_nothing_is_claimed(self):
        self.succeed("run", *TINY, "--trace", "off", "--out", "out", "--quiet")
        summary = self.report("out")["summary"]
        self.assertIsNone(summary["saved_bytes"])
        self.assertIsNone(summary["residual_bytes"])
        self.assertIn("off", summary["residual_bytes_reason"])


class Repetition(ProgramTest):
    def test_equal_seeds_give_equal_documents(self):
        for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
            self.succeed("run", *TINY, "--scheme", "int4-bsr", "--block", "8", "--seed", seed,
                         "--out", name, "--no-volatile", "--quiet")
        with open(self.path("a", "report.json"), "rb") as a, open(self.path("b", "report.json"),
                                                                  "rb") as b:
            self.assertEqual(a.read(), b.read())
        self.assertNotEqual(self.report("a")["summary"]["weights_sha256"],
                            self.report("c")["summary"]["weights_sha256"])

    def test_configuration_file(self):
        self.succeed("run", *TINY, "--scheme", "exact", "--seed", "7", "--out", "a", "--quiet")
        config = self.report("a")["config"]
        del config["out"]
        config["schema"] = {"name": "actscope.config", "version": "1.0.0"}
        with open(self.path("config.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.succeed("validate", "config.json")
        self.succeed("run", "--config", "config.json", "--out", "b", "--quiet")
        self.assertEqual(self.report("a")["summary"]["weights_sha256"],
                         self.report("b")["summary"]["weights_sha256"])
        self.succeed("run", "--config", "config.json", "--scheme", "dense", "--out", "c", "--quiet")
        self.assertEqual(self.report("c")["config"]["scheme"], "dense")
        self.assertEqual(self.report("c")["config"]["seed"], 7)

    def test_weights_are_written_and_read(self):
        self.succeed("run", *TINY, "--save-weights", "out/w.safetensors", "--out", "out", "--quiet")
        self.assertEqual(self.names("out"), ["report.json", "w.safetensors"])
        self.succeed("run", *TINY, "--weights", "out/w.safetensors", "--out", "next", "--quiet")
        self.assertNotEqual(self.report("out")["summary"]["weights_sha256"],
                            self.report("next")["summary"]["weights_sha256"])
        self.refused(3, "run", *TINY, "--dim", "16", "--weights", "out/w.safetensors", "--quiet",
                     says="w.safetensors")

    def test_without_a_folder_nothing_is_written(self):
        document = json.loads(self.succeed("run", *TINY, "--json", "--quiet"))
        self.assertEqual(document["schema"]["name"], "actscope.run")
        self.assertIn("kept for backward", self.succeed("run", *TINY))
        self.assertEqual(self.names(), [])


class Interruption(ProgramTest):
    def wait_for(self, condition, process):
        end = time.monotonic() + 100
        while not condition():
            self.assertIsNone(process.poll(), "the run has ended by itself")
            self.assertLess(time.monotonic(), end, "the run does not get there")
            time.sleep(0.02)

    def steps_begun(self, folder):
        """A checkpoint a step: its presence says that steps are being made."""
        return lambda: os.path.exists(self.path(folder, "checkpoint.safetensors"))

    def test_stopped_and_continued_gives_the_weights_of_a_whole_run(self):
        steps = [*TINY, "--steps", "150", "--scheme", "int4-bsr", "--block", "8"]
        process = self.start("run", *steps, "--checkpoint-every", "1", "--out", "out")
        self.wait_for(self.steps_begun("out"), process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("continue with actscope run --resume out", err.splitlines()[-1])
        self.succeed("validate", "out")
        report = self.report("out")
        self.assertEqual(report["status"], "interrupted")
        done = report["summary"]["steps"]
        self.assertIn(f"stopped after step {done} of 150", report["status_reason"])
        self.assertEqual(report["summary"]["saved_bytes"],
                         report["summary"]["predicted_saved_bytes"])
        self.refused(3, "run", "--resume", "out", "--seed", "5", "--quiet",
                     says="of another configuration")
        self.assertEqual(self.report("out"), report)
        self.succeed("run", "--resume", "out", "--checkpoint-every", "0", "--quiet")
        self.succeed("run", *steps, "--out", "whole", "--quiet")
        resumed, whole = self.report("out"), self.report("whole")
        self.assertEqual(resumed["status"], "completed")
        self.assertEqual(resumed["summary"]["steps"], 150)
        self.assertEqual(resumed["summary"]["weights_sha256"], whole["summary"]["weights_sha256"])
        self.assertEqual(len(resumed["samples"]["step_time_s"]), 150)

    def test_termination_without_a_folder(self):
        process = self.start("run", *LONG)
        started = process.stderr.readline()
        self.assertIn("started", started)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("kept for backward", out)
        self.assertIn("the run was stopped", err.splitlines()[-1])
        self.assertEqual(self.names(), [])

    def test_killed_run_leaves_a_whole_report_and_can_go_on(self):
        process = self.start("run", *LONG, "--checkpoint-every", "1", "--out", "out", "--quiet")
        self.wait_for(self.steps_begun("out"), process)
        process.kill()
        process.communicate(timeout=100)
        self.succeed("validate", "out")
        report = self.report("out")
        self.assertEqual(report["status"], "interrupted")
        self.assertIn("has not ended", report["status_reason"])
        self.assertIsNone(report["summary"]["saved_bytes"])
        process = self.start("run", "--resume", "out")
        self.assertIn("started", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=100)
        self.assertEqual(process.returncode, 130)
        self.assertGreater(self.report("out")["summary"]["steps"], 0)

    def test_a_folder_is_of_one_run_at_a_time(self):
        process = self.start("run", *LONG, "--checkpoint-every", "1", "--trace", "timeline", "--out", "out", "--quiet")
        self.wait_for(self.steps_begun("out"), process)
        for how in (["--force"], ["--resume"]):
            self.refused(4, "run", *LONG, "--trace", "timeline", "--out", "out", *how, "--quiet",
                         says=f"another run works in it: host {os.uname().nodename}, process {process.pid}, since 20")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=100)
        self.assertEqual(process.returncode, 130)
        with contextlib.closing(sqlite3.connect(self.path("out", "trace.db"))) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        self.assertNotIn(".actscope-lease", self.names("out"))
        self.succeed("run", *TINY, "--out", "out", "--force", "--quiet")
        self.assertEqual(self.names("out"), ["report.json"])

    def test_a_damaged_or_earlier_checkpoint_is_refused(self):
        process = self.start("run", *LONG, "--checkpoint-every", "1", "--out", "out", "--quiet")
        self.wait_for(self.steps_begun("out"), process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=100)
        file = self.path("out", "checkpoint.safetensors")
        with open(file, "rb") as stream:
            whole = bytearray(stream.read())
        for place in (0, 100, len(whole) // 2, len(whole) - 1):
            whole[place] ^= 1
            with open(file, "wb") as stream:
                stream.write(whole)
            whole[place] ^= 1
            self.refused(3, "run", "--resume", "out", "--quiet", says="checkpoint.safetensors")
        os.rename(file, self.path("out", "checkpoint.pt"))
        self.refused(3, "run", "--resume", "out", "--quiet", says="earlier version")

    def test_resuming_what_cannot_be_resumed(self):
        self.succeed("run", *TINY, "--out", "out", "--quiet")
        self.assertEqual(self.names("out"), ["report.json"])
        whole = self.report("out")
        self.succeed("run", *TINY, "--out", "out", "--resume", "--quiet")
        self.assertEqual(self.report("out"), whole)
        self.refused(2, "run", "--resume", "out", "--steps", "9", says="its run is complete")
        self.refused(2, "run", "--resume", says="--resume needs a folder")
        self.refused(2, "run", "--resume", "out", "--out", "other", says="name two folders")
        self.refused(3, "run", *TINY, "--resume", "none", says="no checkpoint")
        self.assertEqual(self.names(), ["out"])

    def test_diverged_run(self):
        code, _, err = self.call("run", *TINY, "--steps", "200", "--lr", "1000", "--warmup", "0",
                                 "--out", "out", "--quiet")
        self.assertEqual((code, err.count("\n")), (6, 1), err)
        self.succeed("validate", "out")
        report = self.report("out")
        self.assertEqual(report["status"], "failed")
        self.assertRegex(report["status_reason"], r"^the loss became non-finite at step [0-9]+: ")
        self.assertRegex(report["status_reason"], "(parameter|layer) (stem|blocks\\.[01]|norm|head|tail|loss)")
        self.assertIn(report["status_reason"], err)
        self.assertLess(report["summary"]["steps"], 200)
        self.assertIsNone(report["summary"]["heldout_accuracy_ratio"])

    def test_an_output_that_overflows_names_its_layer(self):
        self.succeed("run", *TINY, "--save-weights", "w", "--quiet")
        with open(self.path("w"), "rb") as file:
            whole = file.read()
        size = struct.unpack("<Q", whole[:8])[0]
        tensors = json.loads(whole[8:8 + size])
        # Finite as parameters, not once multiplied: u is near 1000, a row of W2 near the largest float.
        for name, value in (("fc1.bias", 1e3), ("fc2.weight", 3e38)):
            place = tensors["blocks.1.mlp_channels." + name]["data_offsets"][0] + 8 + size
            whole = whole[:place] + struct.pack("<f", value) * 128 + whole[place + 512:]
        with open(self.path("w"), "wb") as file:
            file.write(whole)
        for scheme in ("dense", "int4-bsr"):
            code, _, err = self.call("run", *TINY, "--scheme", scheme, "--weights", "w", "--out", scheme, "--quiet")
            self.assertEqual((code, err.count("\n")), (6, 1), err)
            self.assertIn("at step 1: all parameters are finite, the first output that is not is that of layer blocks.1",
                          self.report(scheme)["status_reason"])


if __name__ == "__main__":
    unittest.main()
