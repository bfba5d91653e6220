# SPDX-License-Identifier: Apache-2.0
"""scripts/gpu_check on a machine that is made of stand-ins: what it runs, judges and writes.

The tree is a copy of the scripts alone; every tool on the path is a script of this test, so that the whole
flow runs in a second and without a GPU.
"""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # the checked-out tree stays as it is
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SCHEMES = ("dense", "exact-bsr", "int4-bsr", "checkpoint")
PROGRAMS = ("actscope", "actscope_cuda_timing", "actscope_test_kernels_cuda", "actscope_test_tracer_cuda_allocations",
            "actscope_test_tracer_cupti")

DEVICE = {"device": {"name": "GPU", "compute_capability": "9.0"}, "versions": {"torch": "2.11.0"}}
TIMING = [{"operator": "weight_gradient", "time_s": 1e-3, "tokens": 128}]


def memory_of(peak_bytes, share_bytes=None):
    """The explained peak of a device."""
    return {"peak": {"bytes": peak_bytes},
            "composition": [{"bytes": 1000}, {"bytes": (peak_bytes if share_bytes is None else share_bytes) - 1000}]}


def run_report(saved_bytes=1000, predicted_bytes=1000, status="completed", device="cuda", loss=2.0):
    """A report as `actscope run` writes it, as far as the check reads it."""
    return {
        "status": status,
        "config": {"device": device, "scheme": "int4"},
        "kernels": [{"name": "gemm", "layer": "blocks.0", "phase": "forward", "calls": 1, "total_s": 1.0}],
        "trace": {"kernels_source": "cupti", "kernels_reason": "", "dropped_records": 0, "untimed_records": 0,
                  "clock_anomalies": 0},
        "memory": memory_of(19000),
        "layers": [{"name": "blocks.0", "slots": [{"name": "x"}, {"name": "h"}]}],
        "summary": {"saved_bytes": saved_bytes, "predicted_saved_bytes": predicted_bytes,
                    "dense_saved_bytes": 9000, "peak_bytes": 20000, "step_time_s": 0.1,
                    "train_loss": loss},
    }


def stream_of(*kinds):
    """A recorded stream with an entry of each kind, as far as the check reads it."""
    return b"ActR" + struct.pack("<I", 1) + b"".join(struct.pack("<IB", 4, kind) + b"abc" for kind in kinds)


class GpuCheck(unittest.TestCase):
    """The command as a whole."""

    def setUp(self):
        self.tree = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.tree)
        shutil.copytree(SOURCE / "scripts" / "gpu_check.d", self.tree / "scripts" / "gpu_check.d")
        shutil.copy(SOURCE / "scripts" / "gpu_check", self.tree / "scripts" / "gpu_check")
        carried = self.tree / ".deps" / "carry" / "include" / "hwy"
        carried.mkdir(parents=True)
        (carried / "highway.h").touch()
        self.tools = self.tree / "tools"
        self.tools.mkdir()
        self.write_tool("python3", f"""
            case $1 in
              *device.py) if [ "${{2:-}}" = --torch-dir ]; then echo /torch; else cat {self.tree}/device.json; fi ;;
              *time_dense.py) cat "$2" ;;
              *) exec {sys.executable} "$@" ;;
            esac""")
        self.write_tool("cmake", "exit 0")
        self.write_tool("ninja", "echo 'actscope: phony'; echo 'actscope_test_kernels_cuda: phony'")
        self.write_tool("ctest", "exit 0")
        self.write_tool("compute-sanitizer", "exit 0")
        (self.tree / "device.json").write_text(json.dumps(DEVICE))
        programs = self.tree / "build" / "gpu_check" / "device" / "bin"
        programs.mkdir(parents=True)
        (self.tree / "run.json").write_text(json.dumps(run_report()))
        self.write_programs(programs)

    def write_programs(self, programs):
        """What a build makes, of stand-ins."""
        for name in PROGRAMS[2:]:
            self.write_tests(programs / name, '<testcase name="a" classname="S"/>')
        self.write_tool("actscope", f"""
            if [ "$1" = bench ]; then
              echo "$@" >{self.tree}/bench_arguments
              while [ "$1" != --out ]; do shift; done
              echo '{{}}' >"$2"; echo page >"$4"; exit 0
            fi
            while [ "$1" != --out ]; do
              if [ "$1" = --activity ]; then cp {self.tree}/stream "$2"; fi
              shift
            done
            mkdir -p "$2" && cp {self.tree}/run.json "$2/report.json" """, programs)
        (self.tree / "stream").write_bytes(stream_of(0, 1, 4, 5, 8))
        self.write_tool("actscope_cuda_timing", f"echo '{json.dumps(TIMING)}'", programs)

    def write_tool(self, name, body, folder=None):
        """An executable bash script."""
        path = (folder or self.tools) / name
        path.write_text("#!/bin/bash\n" + body + "\n")
        path.chmod(0o755)

    def write_tests(self, path, cases, code=0):
        """A program of tests that reports so; like GoogleTest it takes the report's name in an option."""
        self.write_tool(path.name, f"""
            echo "$0 $@" >>{self.tree}/started
            for option in "$@"; do
              case $option in --gtest_output=xml:*) echo '<testsuites><testsuite>{cases}</testsuite></testsuites>' >"${{option#*xml:}}" ;; esac
            done
            exit {code}""", path.parent)

    def pack(self):
        """Packs what a stand-in of a build makes; returns the process."""
        made = self.tree / "build" / "gpu_check" / "pack" / "bin"
        made.mkdir(parents=True, exist_ok=True)
        self.write_programs(made)
        (self.tree / ".deps" / "carry" / "lib").mkdir(exist_ok=True)
        (self.tree / ".deps" / "carry" / "lib" / "libhwy.so.1").touch()
        self.write_tool("strip", 'cp "$3" "$2"')
        return self.check("--pack")[0]

    def check(self, *arguments):
        """Runs the command; returns the process and the document it wrote, None where none."""
        environment = dict(os.environ, PATH=f"{self.tools}:{os.environ['PATH']}")
        environment.pop("OUT", None)
        done = subprocess.run([self.tree / "scripts" / "gpu_check", *arguments], env=environment,
                              capture_output=True, text=True, timeout=60, check=False)
        path = self.tree / "gpu_check_out" / "gpu_check.json"
        return done, json.loads(path.read_text()) if path.exists() else None

    def step_of(self, document, name):
        """The step of a name."""
        return next(step for step in document["steps"] if step["name"] == name)

    def test_no_gpu_exits_4_with_one_line_and_writes_nothing(self):
        self.write_tool("python3", "echo 'gpu_check: no GPU answers [x]; y' >&2; exit 4")
        done, document = self.check()
        self.assertEqual(done.returncode, 4)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIsNone(document)

    def test_nothing_carried_exits_4(self):
        shutil.rmtree(self.tree / ".deps")
        done, document = self.check()
        self.assertEqual(done.returncode, 4)
        self.assertIn("--fill", done.stderr)
        self.assertIsNone(document)

    def test_bad_options_exit_2(self):
        for arguments in (["--nonsense"], ["--out"], ["--jobs", "0"], ["--jobs", "many"],
                          ["--only", "everything"], ["--fill", "--only", "tests"], ["--pack", "--prebuilt"]):
            done, _ = self.check(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(done.stderr.count("\n"), 1)

    def test_all_steps_pass(self):
        done, document = self.check()
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertTrue(document["passed"])
        self.assertEqual({step["result"] for step in document["steps"]}, {"passed"})
        self.assertEqual(len(document["runs"]), len(SCHEMES))
        self.assertEqual(document["tests"], {"tests": 2, "failed": [], "skipped": 0})
        self.assertEqual(document["timing"], TIMING)
        self.assertEqual(document["device"], DEVICE["device"])
        names = [step["name"] for step in document["steps"]]
        for scheme in SCHEMES:
            self.assertIn(f"bytes of {scheme}", names)
        self.assertIn("kernels against cuBLAS and cuSPARSE", names)
        self.assertIn("--backend cuda --dtype bf16,tf32", (self.tree / "bench_arguments").read_text())
        self.assertEqual((self.tree / "gpu_check_out" / "kernels.json").read_text(), "{}\n")
        self.assertTrue((self.tree / "gpu_check_out" / "kernels.html").exists())
        self.assertEqual(self.step_of(document, "recorded stream")["result"], "passed")
        self.assertEqual(document["stream"]["records"]["kernel"], 1)
        self.assertEqual((self.tree / "gpu_check_out" / "activity.actr").read_bytes(), stream_of(0, 1, 4, 5, 8))

    def test_a_stream_without_kernels_fails_and_is_left_to_look_at(self):
        (self.tree / "stream").write_bytes(stream_of(0, 8))
        done, document = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.step_of(document, "recorded stream")["result"], "failed")
        self.assertIn("no record of kind kernel", (self.tree / "gpu_check_out" / "gpu_check.log").read_text())
        self.assertTrue((self.tree / "gpu_check_out" / "activity.actr").exists())

    def test_a_stream_of_an_earlier_check_is_not_taken_for_this_ones(self):
        self.check()
        (self.tree / "gpu_check_out" / "activity.actr").unlink()
        (self.tree / "stream").unlink()
        done, document = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.step_of(document, "recorded stream")["result"], "failed")
        self.assertFalse((self.tree / "gpu_check_out" / "activity.actr").exists())

    def test_a_dry_run_says_that_no_stream_is_recorded(self):
        os.environ["ACTSCOPE_PACKAGES_HIDDEN"] = "yes"  # nothing is hidden from stand-ins
        self.addCleanup(os.environ.pop, "ACTSCOPE_PACKAGES_HIDDEN")
        done, document = self.check("--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertEqual(self.step_of(document, "record a stream of CUPTI")["result"], "not run")
        self.assertFalse((self.tree / "gpu_check_out" / "activity.actr").exists())

    def test_a_failed_build_ends_the_steps_and_fails(self):
        self.write_tool("cmake", "if [ $1 = --build ]; then exit 3; fi")
        done, document = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertFalse(document["passed"])
        self.assertEqual(document["steps"][-1]["name"], "build")
        self.assertEqual(document["steps"][-1]["reason"], "exit code 3")

    def test_a_sanitizer_finding_fails_but_the_rest_runs(self):
        self.write_tool("compute-sanitizer", "[ $2 != racecheck ] || exit 99")
        done, document = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.step_of(document, "compute-sanitizer racecheck")["result"], "failed")
        self.assertEqual(self.step_of(document, "compute-sanitizer memcheck")["result"], "passed")
        self.assertEqual(self.step_of(document, "timing against torch")["result"], "passed")

    def test_a_sanitizer_that_refuses_the_device_is_told_not_judged(self):
        self.write_tool("compute-sanitizer", "echo '= Device not supported'; exit 99")
        done, document = self.check()
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.step_of(document, "compute-sanitizer memcheck")["result"], "not run")

    def test_bytes_that_disagree_fail(self):
        (self.tree / "run.json").write_text(json.dumps(run_report(saved_bytes=10**6)))
        done, document = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.step_of(document, "bytes of int4-bsr")["result"], "failed")

    def test_failed_tests_are_named(self):
        tests = self.tree / "build" / "gpu_check" / "device" / "bin" / "actscope_test_kernels_cuda"
        self.write_tests(tests, '<testcase name="a" classname="S"><failure/></testcase><testcase name="b"/>', 1)
        done, document = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(document["tests"], {"tests": 3, "failed": ["S.a"], "skipped": 0})

    def test_tests_share_one_process_and_nothing_emulated_is_built(self):
        self.write_tool("cmake", f'echo "$@" >>{self.tree}/cmake_arguments')
        self.check()
        started = (self.tree / "started").read_text().splitlines()
        self.assertEqual(sum("actscope_test_kernels_cuda " in line for line in started), 1)
        built = (self.tree / "cmake_arguments").read_text()
        self.assertIn("actscope_test_kernels_cuda", built)
        self.assertNotIn("emulated", built)

    def test_packed_programs_are_told_with_their_size(self):
        done = self.pack()
        self.assertEqual(done.returncode, 0, done.stderr)
        packed = self.tree / ".deps" / "prebuilt"
        files = [path for path in packed.rglob("*") if path.is_file()]
        self.assertEqual({path.name for path in files}, {*PROGRAMS, "libhwy.so.1", "manifest.json"})
        size = sum(path.stat().st_size for path in files)
        self.assertIn(f"holds {size} bytes of at most {64 << 20}", done.stdout)

    def test_more_than_can_be_carried_is_refused(self):
        self.pack()
        self.write_tool("strip", 'truncate -s 20M "$2"')
        done, _ = self.check("--pack")
        self.assertEqual(done.returncode, 1)
        self.assertIn("more than", done.stderr)

    def test_prebuilt_programs_run_without_a_compiler_and_fit_eight_minutes(self):
        self.pack()
        shutil.rmtree(self.tree / "build")
        for tool in ("cmake", "ninja", "ctest"):
            self.write_tool(tool, "exit 99")
        for path in (self.tree / ".deps" / "prebuilt" / "bin").iterdir():
            path.chmod(0o644)  # as a transfer may leave them
        done, document = self.check("--prebuilt")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertEqual({step["result"] for step in document["steps"]}, {"passed"})
        names = [step["name"] for step in document["steps"]]
        order = ["tests labeled gpu", "run traced by CUPTI", "timing against torch", "compute-sanitizer memcheck"]
        self.assertEqual([name for name in names if name in order], order)
        limits = [step.get("limit_s", 0) for step in document["steps"]]
        self.assertLessEqual(sum(limits), 480, limits)
        self.assertGreater(min(step["limit_s"] for step in document["steps"] if step["name"] in order), 0)

    def test_only_some_parts(self):
        self.pack()
        kinds = {"tests": "tests labeled gpu", "trace": "run traced by CUPTI", "bench": "timing against torch"}
        for part, name in kinds.items():
            _, document = self.check("--prebuilt", "--only", part)
            names = [step["name"] for step in document["steps"]]
            self.assertEqual([one for one in kinds.values() if one in names], [name], part)
        _, document = self.check("--prebuilt", "--only", "trace", "--only", "bench")
        names = [step["name"] for step in document["steps"]]
        self.assertEqual([one for one in kinds.values() if one in names], [kinds["trace"], kinds["bench"]])

    def test_prebuilt_programs_that_cannot_run_here_exit_4(self):
        done, document = self.check("--prebuilt")
        self.assertEqual((done.returncode, done.stderr.count("\n"), document), (4, 1, None))
        self.assertIn("--pack", done.stderr)
        self.pack()
        (self.tree / "device.json").write_text(json.dumps({"device": {"compute_capability": "8.0"}}))
        done, _ = self.check("--prebuilt")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (4, 1))
        self.assertIn("built for compute capability 9.0, this GPU has 8.0", done.stderr)
        (self.tree / "device.json").write_text(json.dumps(DEVICE))
        (self.tree / ".deps" / "prebuilt" / "bin" / "actscope").write_text("cut")
        done, _ = self.check("--prebuilt")
        self.assertEqual(done.returncode, 4)
        self.assertIn("bin/actscope of .deps/prebuilt did not arrive whole", done.stderr)


class CheckRun(unittest.TestCase):
    """The judgment of one report."""

    @classmethod
    def setUpClass(cls):
        sys.path.insert(0, str(SOURCE / "scripts" / "gpu_check.d"))
        import check_run  # pylint: disable=import-outside-toplevel,import-error
        cls.module = check_run

    def complaints(self, **fields):
        return self.module.check(run_report(**fields))[1]

    def test_equal_bytes_pass(self):
        self.assertEqual(self.complaints(), [])

    def test_rounding_passes_up_to_its_limit(self):
        limit = 512 * (3 * 2 + 8)
        self.assertEqual(self.complaints(saved_bytes=1000 + limit), [])
        self.assertEqual(len(self.complaints(saved_bytes=1001 + limit)), 1)

    def test_fewer_bytes_than_predicted_fail(self):
        self.assertEqual(len(self.complaints(saved_bytes=999)), 1)

    def test_nothing_saved_fails(self):
        self.assertEqual(len(self.complaints(saved_bytes=0, predicted_bytes=0)), 1)

    def test_wrong_device_status_and_loss_fail(self):
        self.assertEqual(len(self.complaints(device="cpu", status="failed", loss=None)), 3)


class CheckTrace(unittest.TestCase):
    """The judgment of a run traced by CUPTI."""

    @classmethod
    def setUpClass(cls):
        sys.path.insert(0, str(SOURCE / "scripts" / "gpu_check.d"))
        import check_trace  # pylint: disable=import-outside-toplevel,import-error
        cls.module = check_trace

    def complaints(self, source="cupti", lost=0, unnamed_s=0.0, memory=memory_of(19000)):
        kernels = [{"name": "gemm", "layer": "blocks.0", "phase": "backward", "calls": 2, "total_s": 1.0},
                   {"name": "gemm", "layer": "", "phase": "forward", "calls": 1, "total_s": unnamed_s},
                   {"name": "adam", "layer": "", "phase": "optimizer", "calls": 1, "total_s": 9.0}]
        trace = {"kernels_source": source, "kernels_reason": "", "dropped_records": lost, "untimed_records": 0,
                 "clock_anomalies": 0}
        return self.module.check({"kernels": kernels, "trace": trace, "memory": memory,
                                  "summary": {"peak_bytes": 20000}})[1]

    def test_named_kernels_pass_and_the_optimizer_needs_no_layer(self):
        self.assertEqual(self.complaints(), [])
        self.assertEqual(self.complaints(unnamed_s=0.01), [])

    def test_too_much_time_without_a_layer_fails(self):
        self.assertEqual(len(self.complaints(unnamed_s=0.02)), 1)

    def test_losses_and_the_fallback_fail(self):
        self.assertEqual(len(self.complaints(lost=1, source="cuda_event")), 2)

    def test_no_kernels_fail(self):
        trace = {"kernels_source": "cupti", "kernels_reason": "", "dropped_records": 0, "untimed_records": 0,
                 "clock_anomalies": 0}
        self.assertEqual(len(self.module.check({"kernels": [], "trace": trace, "memory": memory_of(20000),
                                                "summary": {"peak_bytes": 20000}})[1]), 1)

    def test_an_unexplained_peak_fails(self):
        for memory in (None, memory_of(19000, 18000), memory_of(20001), memory_of(9999)):
            self.assertEqual(len(self.complaints(memory=memory)), 1, memory)


class CheckStream(unittest.TestCase):
    """The judgment of a recorded stream."""

    @classmethod
    def setUpClass(cls):
        sys.path.insert(0, str(SOURCE / "scripts" / "gpu_check.d"))
        import check_stream  # pylint: disable=import-outside-toplevel,import-error
        cls.module = check_stream

    def test_a_whole_stream_passes(self):
        read, complaints = self.module.check(stream_of(0, 0, 1, 1, 1, 2, 4, 5, 8))
        self.assertEqual(complaints, [])
        self.assertEqual(read["records"], {"name": 2, "kernel": 3, "copy": 1, "place": 1, "launch": 1, "window_end": 1})

    def test_damaged_streams_fail(self):
        whole = stream_of(0, 1, 4, 5, 8)
        for damaged in (b"", b"ActR", b"x" + whole[1:], whole[:-1], whole + b"\1", stream_of(0, 1, 4, 5),
                        stream_of(0, 1, 4, 5, 8, 9)):
            self.assertNotEqual(self.module.check(damaged)[1], [], damaged)

    def test_more_than_a_fixture_may_have_fails(self):
        large = struct.pack("<IB", 1 + (5 << 20), 1) + bytes(5 << 20)
        self.assertEqual(len(self.module.check(stream_of(0, 1, 4, 5, 8) + large)[1]), 1)


if __name__ == "__main__":
    unittest.main()
