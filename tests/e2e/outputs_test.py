# SPDX-License-Identifier: Apache-2.0
"""Files that the user names: links are followed, pipes and devices written through, permissions stay."""
import os
import stat
import subprocess
import threading
import unittest

from program import TINY, ProgramTest

MODEL = ["--data", "synthetic", "--dim", "32", "--depth", "2", "--patch", "4", "--threads", "1"]


class Named(ProgramTest):
    def setUp(self):
        super().setUp()
        self.succeed("run", *TINY, "--trace", "timeline", "--out", "out", "--quiet")
        # What writes one file, and the option that names it last.
        self.writers = {
            "report": ["report", "out", "--format", "html", "--quiet", "--output"],
            "plan": ["plan", *MODEL, "--batch", "16", "--block", "8", "--rounds", "1", "--budget", "64MiB", "--quiet",
                     "--out"],
            "export": ["trace", "export", "out", "--quiet", "--force", "--output"],
            "gate": ["gate", "--baseline", "out", "--candidate", "out", "--quiet", "--output"],
            "junit": ["gate", "--baseline", "out", "--candidate", "out", "--quiet", "--junit"],
            "markdown": ["gate", "--baseline", "out", "--candidate", "out", "--quiet", "--markdown"],
            "weights": ["run", *TINY, "--quiet", "--save-weights"],
        }

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def test_links_are_followed_and_permissions_stay(self):
        os.mkdir(self.path("far"))
        for name, command in self.writers.items():
            with self.subTest(name):
                with open(self.path("far", name), "w", encoding="utf-8") as file:
                    file.write("old")
                os.chmod(self.path("far", name), 0o640)
                os.symlink(os.path.join("far", name), self.path(name))
                self.succeed(*command, name)
                self.assertTrue(os.path.islink(self.path(name)))
                self.assertNotEqual(self.read(os.path.join("far", name)), b"old")
                self.assertEqual(stat.S_IMODE(os.stat(self.path("far", name)).st_mode), 0o640)
        self.assertEqual(self.names("far"), sorted(self.writers))

    def test_pipes_are_written_through(self):
        os.mkfifo(self.path("pipe"))
        for name, command in self.writers.items():
            with self.subTest(name):
                arrived = []
                reader = threading.Thread(target=lambda: arrived.append(self.read("pipe")))
                reader.start()
                self.succeed(*command, "pipe")
                reader.join(timeout=60)
                self.assertTrue(stat.S_ISFIFO(os.stat(self.path("pipe")).st_mode))
                self.assertGreater(len(arrived[0]), 0)

    def test_standard_output_and_devices(self):
        for name, command in self.writers.items():
            with self.subTest(name):
                self.succeed(*command, "/dev/null")
                self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
                with open(self.path("both"), "ab") as file:
                    file.write(b"first ")
                    file.flush()
                    code, _, err = self.call(*command, "/dev/stdout", stdout=file)
                    self.assertEqual(code, 0, err)
                    file.write(b" last")
                both = self.read("both")
                self.assertTrue(both.startswith(b"first ") and both.endswith(b" last"))
                self.assertGreater(len(both), 20)
                os.remove(self.path("both"))
                code, _, err = self.call(*command, "/dev/full")
                self.assertEqual((code, err.count("\n")), (4, 1), err)

    def test_folders_are_refused(self):
        os.mkdir(self.path("folder"))
        os.symlink("folder", self.path("link"))
        for name, command in self.writers.items():
            for place in ("folder", "link"):
                with self.subTest(name, place=place):
                    self.refused(4, *command, place, says="it is a folder")
        self.assertEqual(self.names("folder"), [])

    def test_predictions_through_a_pipe_of_the_shell(self):
        self.succeed("run", *TINY, "--quiet", "--save-weights", "w")
        model = [*MODEL, "--heldout-samples", "32"]
        process = self.start("eval", *model, "--weights", "w", "--quiet", "--predictions", "/dev/stdout")
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(out.count("\n"), 33)
        done = subprocess.run(["bash", "-c", '"$0" "$@" --predictions >(cat > rows)', os.environ["ACTSCOPE"], "eval",
                               *model, "--weights", "w", "--quiet"], cwd=self.folder, check=False)
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
