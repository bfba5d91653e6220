# SPDX-License-Identifier: Apache-2.0
"""Plans under a budget, and runs that obey them."""
import json
import unittest

from program import TINY, ProgramTest

# The model of TINY, without what a plan leaves to the run: numbers of samples and steps.
MODEL = ["--data", "synthetic", "--batch", "16", "--dim", "32", "--depth", "2", "--patch", "4", "--threads", "1"]


class Plan(ProgramTest):
    def plan(self, budget, *more):
        return self.succeed("plan", *MODEL, "--block", "8", "--rounds", "1", "--budget", budget, "--out", "plan.json",
                            "--quiet", *more)

    def test_a_run_obeys_its_plan_within_the_budget(self):
        self.assertIn("kept as", self.plan("64MiB"))
        with open(self.path("plan.json"), encoding="utf-8") as file:
            plan = json.load(file)
        self.succeed("validate", "plan.json")
        self.succeed("run", *TINY[2:6], "--steps", "3", "--threads", "1", "--plan", "plan.json", "--out", "run", "--quiet")
        report = self.report("run")
        self.assertEqual(report["summary"]["saved_bytes"], plan["estimate"]["saved_bytes"])
        self.assertLessEqual(report["summary"]["peak_bytes"], 64 << 20)
        self.assertEqual(report["config"]["budget_bytes"], 64 << 20)
        self.assertEqual(report["config"]["slots"], plan["config"]["slots"])

    def test_a_budget_that_nothing_fits_says_the_least(self):
        code, out, _ = self.call("plan", *MODEL, "--block", "8", "--rounds", "1", "--budget", "100KiB", "--out",
                                 "plan.json", "--quiet", "--json")
        self.assertEqual(code, 1)
        plan = json.loads(out)
        self.assertEqual(plan["layers"], [])
        self.assertGreater(plan["least_budget_bytes"], 100 << 10)
        self.refused(3, "run", "--plan", "plan.json", says="plan.json")
        least = str(plan["least_budget_bytes"] + plan["least_budget_bytes"] // 20)
        self.assertIn("kept for backward", self.plan(least))

    def test_a_run_over_its_budget_is_a_negative_result(self):
        self.plan("64MiB", "--no-trial")
        with open(self.path("plan.json"), encoding="utf-8") as file:
            plan = json.load(file)
        plan["budget_bytes"] = 1000
        with open(self.path("plan.json"), "w", encoding="utf-8") as file:
            json.dump(plan, file)
        code, _, error = self.call("run", *TINY[2:6], "--steps", "2", "--plan", "plan.json", "--out", "run", "--quiet")
        self.assertEqual(code, 1)
        self.assertIn("exceeded its plan's budget", error)
        self.assertEqual(self.report("run")["status"], "completed")
        self.assertIn("exceeds the budget", " ".join(self.report("run")["warnings"]))

    def test_options_that_contradict_the_plan_are_refused(self):
        self.plan("64MiB", "--no-trial")
        self.refused(2, "run", "--plan", "plan.json", "--batch", "7", says="--batch is not that of the plan")
        self.refused(2, "run", "--plan", "plan.json", "--scheme", "int8", says="--scheme is not that of the plan")

    def test_what_is_out_of_range_is_refused(self):
        self.refused(2, "plan", *MODEL, says="--budget")
        self.refused(2, "plan", *MODEL, "--budget", "much", says="--budget")
        self.refused(2, "plan", *MODEL, "--budget", "1GiB", "--rounds", "0", says="--rounds")
        self.refused(2, "plan", *MODEL, "--budget", "1GiB", "--max-gradient-error", "-1", says="--max-gradient-error")
        self.refused(4, "plan", *MODEL, "--budget", "1GiB", "--out", "none/plan.json", says="none/plan.json")


if __name__ == "__main__":
    unittest.main()
