# SPDX-License-Identifier: Apache-2.0
"""actscope bench: tables, documents, a page; stopped and gone on with."""
import json
import os
import signal
import time
import unittest

from program import ProgramTest

SMALL = {"shapes": "fc1", "blocks": "16", "sparsities": "0.5,0.9", "tokens": "32", "threads": "1", "rounds": "6",
         "train-steps": "0"}


def bench(**changes):
    """The smallest measurement, some options changed."""
    options = {**SMALL, **changes}
    return ["bench", "kernels", *(word for name, value in options.items() for word in ("--" + name, value))]



class Kernels(ProgramTest):
    def document(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as file:
            return json.load(file)

    def test_results_in_every_form(self):
        code, text, err = self.call(*bench(), "--out", "k", "--html", "k.html", "--quiet")
        self.assertEqual((code, err), (0, ""))
        self.assertTrue(text.startswith("shape"), text)
        document = self.document("k", "kernels.json")
        self.assertEqual([row["operator"] for row in document["results"]],
                         ["weight_gradient", "compress", "product"] * 2)
        rivals = {rival["name"]: rival for rival in document["results"][0]["rivals"]}
        self.assertEqual(rivals["libtorch"]["status"], "ok")
        self.assertIn("libtorch_cpu", rivals["libtorch"]["path"])
        self.assertIn(document["results"][0]["dense_name"], ("libtorch", "openblas", "blis", "onednn"))
        with open(self.path("k.html"), encoding="utf-8") as file:
            self.assertIn("class=\"heat\"", file.read())
        self.assertIn("ok actscope.kernels", self.succeed("validate", "k"))
        self.assertEqual(json.loads(self.succeed("report", "k", "--format", "json")), document)
        self.assertTrue(self.succeed("report", "k/kernels.json", "--format", "md").startswith("| shape"))
        # The same command measures nothing anew, another one is refused.
        again = json.loads(self.succeed(*bench(), "--out", "k", "--quiet", "--json"))
        self.assertEqual(again["results"], document["results"])
        self.refused(2, *bench(seed="1"), "--out", "k", says="another measurement")

    def test_bf16_runs_against_libtorch_alone(self):
        document = json.loads(self.succeed(*bench(dtype="bf16"), "--json", "--quiet"))
        row = document["results"][0]
        self.assertEqual((row["dtype"], row["dense_name"]), ("bf16", "libtorch"))
        self.assertGreater(row["ratio_to_dense"], 0)
        rivals = {rival["name"]: rival for rival in row["rivals"]}
        self.assertEqual(rivals["libtorch-masked"]["status"], "ok")
        for name in ("openblas", "blis", "onednn", "libxsmm"):
            self.assertEqual(rivals[name]["status"], "refused", rivals[name])
            self.assertIn("f32 only", rivals[name]["message"])

    def test_several_types_threads_and_back_ends_in_one_document(self):
        command = bench(dtype="fp32,bf16", threads="1,2", backend="cpu,reference", sparsities="0.9", blocks="8x64", select="column")
        document = json.loads(self.succeed(*command, "--json", "--quiet", "--html", self.path("k.html")))
        rows = [(row["backend"], row["dtype"], row["threads"]) for row in document["results"]
                if row["operator"] == "weight_gradient"]
        self.assertEqual(rows, [(backend, dtype, threads) for backend in ("cpu", "reference")
                                for dtype in ("fp32", "bf16") for threads in (1, 2)])
        self.assertEqual({row["select"] for row in document["results"]}, {"column"})
        self.assertEqual([machine["threads"] for machine in document["machines"]], [1, 2])
        for row in document["results"]:
            self.assertGreater(row["roofline_ratio"], 0)
        with open(self.path("k.html"), encoding="utf-8") as file:
            self.assertIn('<option value="7">reference bf16, 2 threads</option>', file.read())

    def test_progress_is_on_stderr(self):
        code, _, err = self.call(*bench(sparsities="0.9"), "--json")
        self.assertEqual(code, 0, err)
        self.assertIn("points: started", err)
        self.assertIn("points: 1 points measured", err)

    def test_interrupted_and_gone_on_with(self):
        many = [*bench(blocks="4,8,16,32,64"), "--out", "k.json", "--quiet"]
        process = self.start(*many)
        deadline = time.monotonic() + 100
        while not os.path.exists(self.path("k.json")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("the same command goes on", err)
        before = self.document("k.json")
        self.assertEqual(before["status"], "interrupted")
        self.assertIn("ok actscope.kernels", self.succeed("validate", "k.json"))
        after = json.loads(self.succeed(*many, "--json"))
        self.assertEqual(after["status"], "completed")
        self.assertEqual(len(after["results"]), 30)
        self.assertEqual([row["time_s"] for row in after["results"][:len(before["results"])]],
                         [row["time_s"] for row in before["results"]])

    def test_bad_options(self):
        self.refused(2, *bench(dtype="fp8"), says="give some of fp32, tf32, bf16, fp16")
        self.refused(2, *bench(dtype="fp32,fp32"), says="twice")
        self.refused(2, *bench(threads="1,x"), says="--threads takes a whole number")
        self.refused(2, *bench(select="random"), says="panel, row, column or global")
        self.refused(2, *bench(rounds="5"), says="6 to 1000")
        self.refused(2, *bench(sparsities="1"), says="sparsity")
        self.refused(2, *bench(blocks="8,x"), says="--blocks")
        self.refused(2, *bench(shapes="fc3"), says="fc1, fc2 or token-mix")
        self.refused(2, *bench(backend="tpu"), says="cpu, cuda or reference")
        self.refused(2, "bench", "kernels", "--bloks", "8", says="did you mean --blocks")
        self.refused(2, "bench", says="actscope bench --help")
        self.refused(4, *bench(backend="cuda"), says="cuda")


SMALL_PROGRAM = ["bench", "tracer", "--dim", "8", "--depth", "1", "--patch", "4", "--image-size", "8", "--batch", "8",
                 "--threads", "1", "--rounds", "6", "--steps", "2"]


class Tracer(ProgramTest):
    def test_results_in_every_form(self):
        code, text, err = self.call(*SMALL_PROGRAM, "--out", "t", "--quiet")
        self.assertEqual((code, err), (0, ""))
        self.assertTrue(text.startswith("level or rival"), text)
        with open(self.path("t", "tracer.json"), encoding="utf-8") as file:
            document = json.load(file)
        self.assertEqual([row["name"] for row in document["steps"]],
                         ["ledger", "ledger_step", "timeline", "audit", "libtorch-profiler", "libtorch-profiler-memory"])
        self.assertEqual({row["samples"] for row in document["steps"]}, {6})
        self.assertIn("ok actscope.tracer", self.succeed("validate", "t"))
        self.assertEqual(json.loads(self.succeed("report", "t", "--format", "json")), document)
        self.assertTrue(self.succeed("report", "t/tracer.json", "--format", "md").startswith("| level"))
        self.assertIn("<h1>Actscope tracer</h1>", self.succeed("report", "t", "--format", "html"))

    def test_interrupted(self):
        process = self.start("bench", "tracer", "--rounds", "1000", "--threads", "1", "--out", "t.json")
        self.assertIn("rounds: started", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("ok actscope.tracer", self.succeed("validate", "t.json"))

    def test_bad_options(self):
        self.refused(2, "bench", "tracer", "--steps", "15", says="1 to 14")
        self.refused(2, "bench", "tracer", "--rounds", "5", says="6 to 1000")
        self.refused(2, "bench", "tracer", "--scheme", "int5", says="int5")
        self.refused(2, "bench", "tracer", "--batch", "x", says="--batch takes a whole number")
        self.refused(4, "bench", "tracer", "--device", "cuda", says="cuda")


if __name__ == "__main__":
    unittest.main()
