# SPDX-License-Identifier: Apache-2.0
"""Runs the real program in a scratch folder; what every end-to-end test is built on."""
import json
import os
import resource
import struct
import subprocess
import tempfile
import unittest

ACTSCOPE = os.environ["ACTSCOPE"]

# The smallest run that has every part: 2 steps of 16 images, 2 blocks of 49 tokens and 32 channels.
TINY = ["--data", "synthetic", "--train-samples", "64", "--heldout-samples", "32", "--batch", "16",
        "--dim", "32", "--depth", "2", "--patch", "4", "--steps", "2", "--threads", "1"]


def idx(magic, *lengths, data=b""):
    """The bytes of an IDX file, as Fashion-MNIST has them: 0x803 images, 0x801 labels."""
    return struct.pack(f">{1 + len(lengths)}I", magic, *lengths) + data


class ProgramTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def start(self, *arguments, file_limit_bytes=None, **options):
        def limit():
            if file_limit_bytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit_bytes, file_limit_bytes))
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "preexec_fn": limit, **options}
        return subprocess.Popen([ACTSCOPE, *arguments], cwd=self.folder, text=True, **options)

    def call(self, *arguments, **options):
        """Exit code, stdout, stderr."""
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def succeed(self, *arguments, **options):
        code, out, err = self.call(*arguments, **options)
        self.assertEqual(code, 0, err)
        return out

    def refused(self, code, *arguments, says, **options):
        """The exit code, one line on stderr that says `says`, nothing on stdout."""
        actual, out, err = self.call(*arguments, **options)
        self.assertEqual(actual, code, (arguments, err))
        self.assertEqual(err.count("\n"), 1, (arguments, err))
        self.assertTrue(err.startswith("actscope: "), err)
        self.assertIn(says, err)
        self.assertEqual(out, "", arguments)

    def report(self, *parts):
        with open(self.path(*parts, "report.json"), encoding="utf-8") as file:
            return json.load(file)

    def names(self, *parts):
        """What lies in a folder, the manifest of our own folders aside."""
        return sorted(name for name in os.listdir(self.path(*parts)) if name != ".actscope")
