# SPDX-License-Identifier: Apache-2.0
"""samples/ci in a repository that is not Actscope's: the commands of the pipelines, as they stand in the files, run in
a fresh folder with the installed program on the path. The baseline is recorded by the commands of the guide."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import yaml

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ["ACTSCOPE_BUILD_DIR"]


def text_of(*parts):
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return file.read()


def baseline_commands():
    """What the guide says to type for a first baseline."""
    section = re.search(r"^## A baseline$(.*?)^## ", text_of("docs", "guide", "gate-in-ci.md"), re.M | re.S)[1]
    return "".join(line[4:] for line in section.splitlines(keepends=True) if line.startswith("    "))


class SamplesCi(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.scratch)
        self.folder = os.path.join(self.scratch, "theirs")
        os.makedirs(os.path.join(self.folder, "ci"))
        shutil.copy(os.path.join(ROOT, "samples", "ci", "policy.json"), os.path.join(self.folder, "ci"))
        # Where the pipelines keep Actscope: the build is the tested one; setting up and building, which take long and
        # write into the tree, only note how they are called.
        self.home = os.path.join(self.scratch, "home")
        tree = os.path.join(self.home, "actscope")
        os.makedirs(os.path.join(tree, "scripts"))
        os.makedirs(os.path.join(tree, "build"))
        os.symlink(BUILD, os.path.join(tree, "build", "cpu"))
        for name in ("setup", "build"):
            self.write_program(os.path.join(tree, "scripts", name), f'echo "{name} $*" >> "$HOME/called"')
        for name in ("apt-get", "git"):  # nothing is installed or fetched
            self.write_program(os.path.join(self.scratch, "doubles", name), "exit 0")
        self.environment = {"HOME": self.home, "PATH": os.path.join(self.scratch, "doubles") + ":/usr/bin:/bin",
                            "OMP_WAIT_POLICY": "passive", "ACTSCOPE_REPOSITORY": "none", "ACTSCOPE_VERSION": "main",
                            "GITHUB_PATH": os.path.join(self.scratch, "path"),
                            "GITHUB_STEP_SUMMARY": os.path.join(self.scratch, "step_summary")}

    def write_program(self, path, body):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{body}\n")
        os.chmod(path, 0o755)

    def bash(self, commands):
        return subprocess.run(["bash", "-eo", "pipefail", "-c", commands], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, timeout=300, check=False)

    def succeed(self, commands):
        result = self.bash(commands)
        self.assertEqual(result.returncode, 0, (commands, result.stdout, result.stderr))
        return result

    def names(self):
        return sorted(os.listdir(self.folder))

    def called(self):
        with open(os.path.join(self.home, "called"), encoding="utf-8") as file:
            return file.read().splitlines()

    def test_github(self):
        job = yaml.safe_load(text_of("samples", "ci", "github.yml"))["jobs"]["bytes"]
        steps = [step["run"] for step in job["steps"] if "run" in step]
        install, gate, summary = steps
        self.succeed(install)
        self.assertEqual(self.called(), ["setup --lean", "build --no-tests cpu actscope"])
        with open(self.environment["GITHUB_PATH"], encoding="utf-8") as file:
            self.environment["PATH"] = file.read().strip() + ":" + self.environment["PATH"]
        self.assertEqual(os.listdir(os.path.join(self.home, ".local")), ["bin"])
        os.rename(os.path.join(self.folder, "ci"), os.path.join(self.folder, "later"))
        self.succeed(baseline_commands())  # makes ci/
        shutil.move(os.path.join(self.folder, "later", "policy.json"), os.path.join(self.folder, "ci"))
        shutil.rmtree(os.path.join(self.folder, "runs"))
        self.succeed(gate)
        self.succeed(summary)
        self.assertLessEqual({"gate.json", "gate.xml", "summary.md"}, set(self.names()))
        self.assertGreater(os.path.getsize(self.environment["GITHUB_STEP_SUMMARY"]), 100)
        shutil.rmtree(os.path.join(self.folder, "runs"))
        worse = self.bash(gate.replace("--scheme exact-bsr --block 8", "--scheme exact"))
        self.assertEqual(worse.returncode, 1, worse.stderr)
        self.assertIn("::error", worse.stdout)

    def test_gitlab(self):
        job = yaml.safe_load(text_of("samples", "ci", "gitlab.yml"))["bytes"]
        before, script = "\n".join(job["before_script"]), "\n".join(job["script"])
        self.succeed(before + "\n" + baseline_commands())
        self.assertEqual(self.called(), ["setup --lean", "build --no-tests cpu actscope"])
        shutil.rmtree(os.path.join(self.folder, "runs"))
        self.succeed(before + "\n" + script)
        self.assertLessEqual({"gate.json", "gate.xml"}, set(self.names()))
        shutil.rmtree(os.path.join(self.folder, "runs"))
        worse = self.bash(before + "\n" + script.replace("--scheme exact-bsr --block 8", "--scheme exact"))
        self.assertEqual(worse.returncode, 1, worse.stderr)

    def test_github_times(self):
        """The workflow for a training script of the user's own; git, which makes its second tree, is a double here."""
        job = yaml.safe_load(text_of("samples", "ci", "github-times.yml"))["jobs"]["times"]
        steps = {step["name"]: step["run"] for step in job["steps"] if "run" in step and "name" in step}
        self.succeed(steps["install"])
        with open(self.environment["GITHUB_PATH"], encoding="utf-8") as file:
            self.environment["PATH"] = file.read().strip() + ":" + self.environment["PATH"]
        os.makedirs(os.path.join(self.folder, "base"))
        for folder, saved in (("base", 640), (".", 640)):
            self.write_script(folder, saved)
        self.environment["BASE"] = "origin/main"
        self.succeed(steps["noise"])
        self.succeed(steps["gate"])
        self.assertLessEqual({"gate.json", "gate.xml", "noise.json", "summary.md"}, set(self.names()))
        self.write_script(".", 641)
        worse = self.bash(steps["gate"])
        self.assertEqual(worse.returncode, 1, worse.stderr)
        self.assertIn("::error title=actscope gate saved_bytes::", worse.stdout)

    def test_gitlab_times(self):
        jobs = yaml.safe_load(text_of("samples", "ci", "gitlab-times.yml"))
        before = "\n".join(jobs[".actscope"]["before_script"]) + "\n"
        os.makedirs(os.path.join(self.folder, "base"))
        self.environment["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = "main"
        self.write_script("base", 640)
        self.write_script(".", 640)
        self.succeed(before + "\n".join(jobs["noise"]["script"]))
        same = self.bash(before + "\n".join(jobs["times"]["script"]))
        self.assertIn(same.returncode, (0, 5), same.stderr)  # 5: noise of the script's own draws
        self.assertLessEqual({"gate.json", "gate.xml", "noise.json"}, set(self.names()))
        self.write_script(".", 641)
        worse = self.bash(before + "\n".join(jobs["times"]["script"]))
        self.assertEqual(worse.returncode, 1, worse.stderr)

    def test_plain_shell(self):
        """With the real git: the second tree and the noise are kept between two calls."""
        os.remove(os.path.join(self.scratch, "doubles", "git"))
        os.symlink(os.path.join(BUILD, "bin", "actscope"), os.path.join(self.scratch, "doubles", "actscope"))
        self.write_script(".", 640)
        self.succeed("git init -q && git add . && git -c user.name=a -c user.email=a@b commit -qm first")
        script = os.path.join(ROOT, "samples", "ci", "times.sh")
        self.assertEqual(self.bash(script).returncode, 2)
        self.succeed(f"{script} HEAD python3 train.py")
        cache = os.path.join(self.home, ".cache", "actscope-ci")
        noise = os.stat(os.path.join(cache, "noise.json")).st_mtime_ns
        self.assertEqual(len(os.listdir(cache)), 2)
        self.write_script(".", 641)
        worse = self.bash(f"{script} HEAD python3 train.py")
        self.assertEqual(worse.returncode, 1, worse.stderr)
        self.assertEqual(os.stat(os.path.join(cache, "noise.json")).st_mtime_ns, noise)

    def write_script(self, folder, saved_bytes):
        with open(os.path.join(self.folder, folder, "train.py"), "w", encoding="utf-8") as file:
            file.write("import json, random\nprint(json.dumps({'step_time_s': random.gauss(1, 0.001), "
                       f"'saved_bytes': {saved_bytes}}}))\n")

    def test_the_policy_is_the_one_of_the_guide(self):
        shown = re.search(r"`ci/policy.json`:\n\n((?:    .*\n)+)", text_of("docs", "guide", "gate-in-ci.md"))[1]
        self.assertEqual(json.loads(shown), json.loads(text_of("samples", "ci", "policy.json")))

    def test_what_the_pipelines_call_exists(self):
        """The options that they give to the scripts which the other tests stand in for."""
        setup = subprocess.run([os.path.join(ROOT, "scripts", "setup"), "--lean", "--dry-run"], capture_output=True,
                               text=True, check=False)
        self.assertEqual(setup.returncode, 0, setup.stderr)
        self.assertIn("--no-tests", text_of("scripts", "build"))
        self.assertIn('"cpu"', text_of("CMakePresets.json"))


if __name__ == "__main__":
    unittest.main()
