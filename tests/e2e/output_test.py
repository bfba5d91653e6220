# SPDX-License-Identifier: Apache-2.0
"""Output for people never stops work; what a terminal would obey never reaches one."""
import json
import os
import pty
import subprocess
import unittest

from program import TINY, ProgramTest


def closed(*files):
    """For preexec_fn: closes files of the child."""
    def close():
        for file in files:
            os.close(file)
    return close


class ForPeople(ProgramTest):
    def places(self):
        """Where stderr may go to that takes nothing: options for a call, by name."""
        full = open("/dev/full", "w", encoding="utf-8")  # pylint: disable=consider-using-with
        reader, pipe = os.pipe()
        os.close(reader)
        terminal, gone = pty.openpty()
        os.close(terminal)
        self.addCleanup(full.close)
        self.addCleanup(os.close, pipe)
        self.addCleanup(os.close, gone)
        return {"closed": {"stderr": None, "preexec_fn": closed(2)}, "full": {"stderr": full},
                "unread": {"stderr": pipe}, "gone": {"stderr": gone}}

    def test_a_run_goes_on(self):
        for name, place in self.places().items():
            with self.subTest(name):
                code, _, _ = self.call("run", *TINY, "--trace", "timeline", "--checkpoint-every", "1", "--out", name, **place)
                self.assertEqual(code, 0)
                self.assertEqual(self.report(name)["status"], "completed")
                self.succeed("validate", name)

    def test_every_other_command_goes_on(self):
        self.succeed("run", *TINY, "--save-weights", "w.safetensors", "--out", "a", "--quiet")
        model = ["--dim", "32", "--depth", "2", "--patch", "4"]
        commands = {
            "sweep": ["sweep", *TINY, "--no-baselines", "--out", "s", "--force"],
            "eval": ["eval", "--weights", "w.safetensors", "--data", "synthetic", "--heldout-samples", "32", *model],
            "plan": ["plan", "--data", "synthetic", "--batch", "16", *model, "--budget", "1GiB", "--rounds", "1", "--no-trial"],
            "kernels": ["bench", "kernels", "--tokens", "64", "--blocks", "16", "--sparsities", "0.5", "--shapes", "fc1",
                        "--rounds", "6", "--train-steps", "0", "--threads", "1"],
            "compare": ["compare", "a", "a"], "gate": ["gate", "--baseline", "a", "--candidate", "a"],
            "report": ["report", "a", "--output", "report.txt"],
        }
        for command, arguments in commands.items():
            for name, place in self.places().items():
                with self.subTest(f"{command} {name}"):
                    self.assertEqual(self.call(*arguments, **place)[0], 0)

    def test_errors_keep_their_code(self):
        for name, place in self.places().items():
            with self.subTest(name):
                self.assertEqual(self.call("run", "--nonsense", **place)[0], 2)

    def test_no_file_of_ours_becomes_a_standard_one(self):
        code, _, _ = self.call("run", *TINY, "--trace", "timeline", "--out", "out", stdin=None, stdout=None, stderr=None,
                               preexec_fn=closed(0, 1, 2))
        self.assertEqual(code, 4)  # the summary found no reader
        for name in self.names("out"):
            with open(self.path("out", name), "rb") as file:
                self.assertNotIn(b"train: ", file.read(), name)
        self.succeed("validate", "out")

    def test_a_result_that_cannot_be_written_is_an_error(self):
        self.succeed("run", *TINY, "--out", "a", "--quiet")
        reader, pipe = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, pipe)
        with open("/dev/full", "w", encoding="utf-8") as full:
            for arguments in (["report", "a"], ["doctor"], ["footprint"], ["--help"], ["--version"], ["run", "--help"],
                              ["validate", "a"], ["compare", "a", "a"], ["run", *TINY, "--quiet", "--json"]):
                for place in ({"stdout": full}, {"stdout": pipe}, {"stdout": None, "preexec_fn": closed(1)}):
                    with self.subTest(f"{arguments} {place}"):
                        code, _, err = self.call(*arguments, **place)
                        self.assertEqual(code, 4, err)
                        self.assertIn("cannot write the result to stdout", err)


class Names(ProgramTest):
    """No byte of a name that a terminal would obey is written to it."""
    NAME = "a\x1b[31m\u009b1m\u202eb\x7f"

    def assert_harmless(self, text, what):
        for letter in text:
            code = ord(letter)
            self.assertFalse((code < 0x20 and letter != "\n") or 0x7f <= code < 0xa0 or 0x202a <= code <= 0x202e
                             or 0xdc80 <= code <= 0xdcff, (what, text))

    def written(self, *arguments, **options):
        """Everything that a command writes to a terminal, and its exit code."""
        master, slave = pty.openpty()
        with subprocess.Popen([os.environ["ACTSCOPE"], *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=slave, stderr=slave, **options) as process:
            os.close(slave)
            data = b""
            while True:
                try:
                    piece = os.read(master, 65536)
                except OSError:  # the other end is closed
                    break
                if not piece:
                    break
                data += piece
        os.close(master)
        # Removes what is ours: a bar clears its line. A terminal puts \r before \n.
        text = data.replace(b"\r\x1b[K", b"").replace(b"\r\n", b"\n").decode("utf-8", "surrogateescape")
        return process.returncode, text

    def test_errors(self):
        bad = self.NAME
        for arguments in (
                [bad], ["run", bad], ["run", "--" + bad], ["run", "--scheme", bad], ["run", "--model", bad],
                ["run", "--data", bad], ["run", "--slot", bad + "=" + bad], ["run", "--slot", "blocks.*.h=" + bad],
                ["run", "--data-dir", bad], ["run", "--weights", bad, *TINY], ["run", "--config", bad],
                ["run", "--batch", bad], ["run", "--device", bad], ["run", "--plan", bad], ["run", "--resume", bad],
                ["run", "--select", bad], ["run", "--workspace-bytes", bad], ["run", "--trace", bad],
                ["eval", "--weights", bad], ["sweep", bad, "--out", "s"], ["sweep", "--schemes", bad, "--out", "s"],
                ["sweep", "status", bad], ["report", bad], ["report", "--format", bad, bad], ["compare", bad, bad],
                ["gate", "--baseline", bad, "--candidate", bad], ["validate", bad], ["trace", "export", bad],
                ["trace", "export", "--format", bad, "."], ["bench", "kernels", "--shapes", bad],
                ["plan", "--budget", bad], ["footprint", "--scheme", bad]):
            with self.subTest(arguments):
                code, text = self.written(*arguments)
                self.assertNotIn(code, (0, -6), text)
                self.assertNotEqual(text, "")
                self.assert_harmless(text, arguments)

    def test_bytes_that_are_no_text(self):
        for name in (b"\xff\x9b31m", b"\xc3", b"\x80\x9d"):
            code, text = self.written("report", os.fsdecode(name))
            self.assertEqual(code, 3)
            self.assert_harmless(text, name)

    def test_runs_reports_and_progress(self):
        name = self.NAME
        code, text = self.written("run", *TINY, "--out", name)
        self.assertEqual(code, 0, text)
        self.assertIn("\\u001b[31m\\u009b1m\\u202eb\\u007f", text)
        self.assert_harmless(text, "run")
        for arguments in (["report", name], ["report", name, "--format", "md"], ["report", name, "--format", "csv"],
                          ["report", name, "--introduction", name], ["compare", name, name], ["validate", name],
                          ["compare", name, name, "--json"], ["validate", name, "--json"],
                          ["report", name, "--output", name + ".txt"],
                          ["gate", "--baseline", name, "--candidate", name], ["run", "--resume", name],
                          ["run", "--resume", name, "--json"],
                          ["sweep", *TINY, "--no-baselines", "--out", name + "s", "--introduction", name]):
            with self.subTest(arguments):
                code, text = self.written(*arguments)
                self.assertEqual(code, 0, text)
                self.assert_harmless(text, arguments)

    def test_a_document_that_somebody_wrote(self):
        self.succeed("run", *TINY, "--out", "a", "--quiet")
        report = self.report("a")
        evil = self.NAME + "\n"
        def spoil(value):
            if isinstance(value, dict):
                return {key: spoil(item) for key, item in value.items()}
            return [spoil(item) for item in value] if isinstance(value, list) else value
        report = spoil(report)
        report["config"]["scheme"] = report["config"]["model"] = report["environment"]["cpu"] = evil
        report["environment"]["os"] = report["environment"]["git_revision"] = evil
        for layer in report["layers"]:
            layer["name"] += evil
            for slot in layer["slots"]:
                slot["name"] += evil
        report["warnings"] = [evil]
        os.mkdir(self.path("b"))
        with open(self.path("b", "report.json"), "w", encoding="utf-8") as file:
            json.dump(report, file)
        for arguments in (["report", "b"], ["report", "b", "--format", "md"], ["report", "b", "--format", "csv"],
                          ["compare", "a", "b"], ["compare", "b", "a", "--json"],
                          ["gate", "--baseline", "a", "--candidate", "b"], ["validate", "b"], ["report", "b", "--format", "json"]):
            with self.subTest(arguments):
                code, text = self.written(*arguments)
                self.assertIn(code, (0, 1, 2), text)
                self.assert_harmless(text, arguments)

    def test_json_means_the_same(self):
        self.succeed("run", *TINY, "--out", self.NAME, "--quiet")
        self.assertEqual(json.loads(self.succeed("report", self.NAME, "--format", "json")), self.report(self.NAME))


if __name__ == "__main__":
    unittest.main()
