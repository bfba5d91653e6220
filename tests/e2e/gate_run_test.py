# SPDX-License-Identifier: Apache-2.0
"""`gate run` and `gate noise` with real processes. What times come out is drawn by the test's own commands, so that no
verdict depends on a clock: a command prints the times that a file of the test holds."""
import json
import os
import random
import signal
import subprocess
import time
import unittest
import xml.etree.ElementTree as ET

from program import ACTSCOPE, TINY, ProgramTest

# Prints the next number of a list that it keeps in a file, and bytes beside it.
TELLER = """
import json, sys
name, factor, saved = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
with open(name) as file:
    numbers = json.load(file)
print("training ...")
print(json.dumps({"step_time_s": factor * numbers[0], "saved_bytes": saved}))
with open(name, "w") as file:
    json.dump(numbers[1:], file)
"""


class MeasuredGate(ProgramTest):
    def setUp(self):
        super().setUp()
        with open(self.path("teller.py"), "w", encoding="utf-8") as file:
            file.write(TELLER)
        draw = random.Random(5)
        self.times = [0.01 * (1 + 0.002 * draw.gauss(0, 1)) for _ in range(400)]
        for name in ("a.json", "b.json"):
            draw.shuffle(self.times)
            with open(self.path(name), "w", encoding="utf-8") as file:
                json.dump(self.times, file)

    def command(self, name, factor=1.0, saved=100):
        return f"python3 teller.py {name}.json {factor} {saved}"

    def text(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as file:
            return file.read()

    def gate_run(self, code, baseline, candidate, *options):
        actual, out, err = self.call("gate", "run", "--baseline-cmd", baseline, "--candidate-cmd", candidate,
                                     "--warm-ups", "0", *options)
        self.assertEqual(actual, code, (out, err))
        return out, err


class Verdicts(MeasuredGate):
    def test_equal_commands_pass(self):
        out, _ = self.gate_run(0, self.command("a"), self.command("b"), "--strict", "--quiet", "--out", "kept")
        self.assertIn("within_noise_band", out)
        self.assertIn("8 of at most 40 rounds", out)
        self.assertEqual(self.names("kept"), ["rounds.json"])
        self.assertIn("ok actscope.rounds", self.succeed("validate", "kept/rounds.json"))

    def test_a_slower_one_fails_with_every_output(self):
        out, err = self.gate_run(1, self.command("a"), self.command("b", 1.1), "--seed", "3", "--output", "g.json",
                                 "--markdown", "g.md", "--junit", "g.xml", "--github")
        self.assertIn("the candidate regressed [step_time_s: ", err)
        document = json.loads(self.text("g.json"))
        row = {row["metric"]: row for row in document["rows"]}["step_time_s"]
        self.assertEqual((row["verdict"], row["reason"], row["primary"]), ("regressed", "slower", True))
        self.assertLess(row["ratio_low"], 1.1)
        self.assertGreater(row["ratio_high"], 1.09)
        self.assertEqual(document["timing"]["confirmation_rounds"], 8)
        self.assertIn("::error title=actscope gate step_time_s::", out)
        self.assertIn("| step_time_s | timing | regressed |", self.text("g.md"))
        failures = [case.get("name") for case in ET.parse(self.path("g.xml")).getroot().iter("testcase")
                    if case.find("failure") is not None]
        self.assertEqual(failures, ["step_time_s"])
        self.assertIn("ok actscope.gate", self.succeed("validate", "g.json"))

    def test_more_bytes_fail_whatever_the_time(self):
        out, err = self.gate_run(1, self.command("a"), self.command("b", 0.5, 101), "--quiet")
        self.assertIn("saved_bytes: more", err)
        self.assertIn("faster", out)

    def test_reports_of_runs(self):
        run = f"{ACTSCOPE} run {' '.join(TINY)} --scheme exact --quiet --force --out "
        out, _ = self.gate_run(0, run + "{out}", run + "\"$ACTSCOPE_OUT\"", "--json", "--quiet", "--band", "50", "--rounds", "20")
        rows = {row["metric"]: row for row in json.loads(out)["rows"]}
        self.assertEqual(rows["saved_bytes"]["reason"], "equal")
        self.assertTrue(rows["step_time_s"]["primary"])
        self.assertEqual(rows["heldout_accuracy_ratio"]["reason"], "equal")

    def test_a_policy(self):
        with open(self.path("p.json"), "w", encoding="utf-8") as file:
            json.dump({"schema": {"name": "actscope.policy", "version": "1.0.0"},
                       "ignore": ["step_time_s", "process.*"]}, file)
        out, _ = self.gate_run(0, self.command("a"), self.command("b", 2), "--policy", "p.json", "--quiet")
        self.assertNotIn("step_time_s", out)

    def test_noise_is_stored_and_used(self):
        out = self.succeed("gate", "noise", "--cmd", self.command("a"), "--rounds", "20", "--warm-ups", "0",
                           "--output", "noise.json", "--quiet")
        self.assertIn("of 299 gates", out)
        self.assertIn("ok actscope.noise", self.succeed("validate", "noise.json"))
        noise = json.loads(self.text("noise.json"))
        self.assertEqual(noise["rounds"], 20)
        self.gate_run(1, self.command("a"), self.command("b", 1.1), "--noise", "noise.json", "--quiet", "--seed", "3")
        noise["environment"]["cpu"] = "another"
        noise["environment_sha256"] = "0" * 64
        with open(self.path("noise.json"), "w", encoding="utf-8") as file:
            json.dump(noise, file)
        out, _ = self.gate_run(0, self.command("a"), self.command("b", 1.1), "--noise", "noise.json", "--quiet")
        self.assertIn("times are advisory", out)
        _, err = self.gate_run(4, self.command("a"), self.command("b", 1.1), "--noise", "noise.json", "--quiet",
                               "--strict-env")
        self.assertIn("another environment", err)


class BadInput(MeasuredGate):
    def one_line(self, err):
        self.assertEqual(err.count("\n"), 1, err)
        self.assertTrue(err.startswith("actscope: "), err)
        return err

    def fails(self, candidate, says, *options):
        _, err = self.gate_run(6, self.command("a"), candidate, "--quiet", *options)
        self.assertIn(says, self.one_line(err))

    def test_commands_that_do_no_good(self):
        self.fails("no-such-program", "did not start")
        self.fails("true", "reported nothing")
        self.fails("exit 3", "exit code 3")
        self.fails("kill -9 $$", "signal 9")
        self.fails("sleep 600", "did not end", "--time-limit", "0.2")
        self.fails("head -c 100000 /dev/urandom", "reported nothing")
        self.fails("echo '{\"a_s\": \"fast\"}'", "printed no numbers")
        self.fails("echo '{' > {out}/report.json", "no valid report")
        self.fails("echo '{\"schema\": {\"name\": \"actscope.sweep\", \"version\": \"1.0.0\"}}' > {out}/report.json",
                   "wrote an actscope.sweep document")

    def test_usage(self):
        self.refused(2, "gate", "run", "--baseline-cmd", "true", says="--candidate-cmd")
        self.refused(2, "gate", "noise", says="--cmd")
        self.refused(2, "gate", "run", "--baseline-cmd", "a", "--candidate-cmd", "b", "--rounds", "3", says="--rounds")
        self.refused(2, "gate", says="--baseline")
        self.refused(3, "gate", "run", "--resume", "none", says="none")
        self.refused(3, "gate", "run", "--baseline-cmd", "a", "--candidate-cmd", "b", "--noise", "none.json",
                     says="none.json")
        os.makedirs(self.path("full"))
        with open(self.path("full", "mine"), "w", encoding="utf-8") as file:
            file.write("mine")
        self.refused(4, "gate", "run", "--baseline-cmd", "a", "--candidate-cmd", "b", "--out", "full", says="full")

    def test_starting_over_keeps_files_of_others(self):
        os.makedirs(self.path("kept"))
        for name in ("rounds.json", "mine"):
            with open(self.path("kept", name), "w", encoding="utf-8") as file:
                file.write("{")
        commands = ("gate", "run", "--baseline-cmd", self.command("a"), "--candidate-cmd", self.command("b"), "--quiet",
                    "--warm-ups", "0", "--out", "kept")
        self.refused(4, *commands, says="kept")
        self.succeed(*commands, "--force")
        self.assertEqual(self.names("kept"), ["mine", "rounds.json"])
        self.assertIn("ok actscope.rounds", self.succeed("validate", "kept/rounds.json"))

    def test_noise_of_too_few_rounds(self):
        self.refused(6, "gate", "noise", "--cmd", self.command("a"), "--minutes", "1e-9", "--warm-ups", "0", "--quiet",
                     "--out", "kept", says="go on with actscope gate noise --resume kept")

    def test_finished_rounds_are_kept_and_resumed(self):
        flaky = "if [ -e broken ]; then exit 1; fi; " + self.command("b")
        count = "echo >> count; test $(wc -l < count) -ge 5 && touch broken; "
        _, err = self.gate_run(6, count + self.command("a"), flaky, "--quiet", "--out", "kept", "--seed", "1")
        kept = len(json.loads(self.text("kept", "rounds.json"))["rounds"])
        self.assertGreaterEqual(kept, 3)
        self.assertIn(f"finished rounds: {kept}", err)
        self.assertIn("go on with actscope gate run --resume kept", err)
        os.remove(self.path("broken"))
        with open(self.path("count"), "w", encoding="utf-8"):
            pass
        code, out, err = self.call("gate", "run", "--resume", "kept", "--quiet")
        if code == 6:  # the baseline broke it once more
            os.remove(self.path("broken"))
            code, out, err = self.call("gate", "run", "--resume", "kept", "--quiet")
        self.assertEqual(code, 0, (out, err))
        self.assertGreaterEqual(len(json.loads(self.text("kept", "rounds.json"))["rounds"]), 8)
        self.refused(2, "gate", "run", "--resume", "kept", "--candidate-cmd", "other", says="not the command")

    def test_one_measures_in_a_folder_at_a_time(self):
        slow = "sleep 0.1; " + self.command("a")
        first = subprocess.Popen([ACTSCOPE, "gate", "noise", "--cmd", slow, "--out", "kept", "--warm-ups", "0",
                                  "--quiet"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(600):
            if os.path.exists(self.path("kept", "rounds.json")):
                break
            time.sleep(0.05)
        self.refused(4, "gate", "noise", "--resume", "kept", "--quiet", says="another measurement works in it")
        self.refused(4, "gate", "noise", "--cmd", "true", "--out", "kept", "--force", "--quiet", says="another measurement")
        first.send_signal(signal.SIGINT)
        self.assertEqual(first.wait(timeout=60), 130)
        first.stdout.close()
        first.stderr.close()
        self.assertNotIn(".actscope-lease", os.listdir(self.path("kept")))
        self.refused(6, "gate", "noise", "--resume", "kept", "--minutes", "1e-9", "--quiet", says="--resume kept")

    def test_ctrl_c_keeps_the_finished_rounds(self):
        slow = "sleep 0.1; " + self.command("a")
        process = subprocess.Popen([ACTSCOPE, "gate", "run", "--baseline-cmd", slow, "--candidate-cmd",
                                    "sleep 0.1; " + self.command("b"), "--out", "kept", "--warm-ups", "0"],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(600):
            if os.path.exists(self.path("kept", "rounds.json")) and json.loads(
                    self.text("kept", "rounds.json"))["rounds"]:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("--resume kept", err)
        self.assertIn("ok actscope.rounds", self.succeed("validate", "kept/rounds.json"))


if __name__ == "__main__":
    unittest.main()
