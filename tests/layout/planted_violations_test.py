# SPDX-License-Identifier: Apache-2.0
"""scripts/check_includes must find every kind of violation, in a small tree made for it."""
import os
import runpy
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

# file, its include line, whether that is a violation
LINES = [
    ("kernels/a.cpp", '#include "actscope/base/error.hpp"', False),
    ("kernels/b.cpp", '#include "actscope/core/scheme/scheme.hpp"', True),
    ("kernels/c.cpp", "#include <torch/torch.h>", True),
    ("kernels/d.cpp", "#include <cuda_runtime.h>", True),
    ("kernels/cuda/e.cu", "#include <cuda_runtime.h>", False),
    ("kernels/include/actscope/kernels/f.hpp", "#include <fmt/format.h>", True),
    ("kernels/g.cpp", "#include <fmt/format.h>", False),
    ("base/h.cpp", "#include <nlohmann/json.hpp>", True),
    ("base/i.cpp", '#include "actscope/reports/format/document.hpp"', True),
    ("reports/j.cpp", '#include "actscope/kernels/gemm.hpp"', True),
    ("reports/k.cpp", "#include <nlohmann/json.hpp>", False),
    ("reports/include/actscope/reports/l.hpp", "#include <nlohmann/json.hpp>", True),
    ("tracer/m.cpp", "#include <ATen/ATen.h>", True),
    ("tracer/torch/n.cpp", "#include <ATen/ATen.h>", False),
    ("tracer/torch/o.cpp", '#include "actscope/core/model/resmlp.hpp"', True),
    ("core/p.cpp", "#include <nlohmann/json.hpp>", True),
    ("core/q.cpp", '#include "actscope/reports/format/document.hpp"', True),
    ("core/training/safetensors_layout.cpp", "#include <nlohmann/json.hpp>", False),
    ("gui/r.cpp", '#include "actscope/core/scheme/scheme.hpp"', False),
    ("gui/ra.cpp", '#include "actscope/core/training/training.hpp"', True),
    ("reports/rb.cpp", '#include "actscope/core/config/run_option.hpp"', False),
    ("reports/rc.cpp", '#include "actscope/core/data/dataset.hpp"', True),
    ("core/config/rd.cpp", "#include <torch/types.h>", True),
    ("core/scheme/re.cpp", '#include "actscope/core/config/run_option.hpp"', True),
    ("gui/s.cpp", "#include <QWidget>", False),
    ("core/t.cpp", '#include "../kernels/operators.hpp"', True),
    ("kernels/operators.hpp", "#include <vector>", False),
    ("app/u.cpp", "#include <QWidget>", True),
    # A name in quotes is not necessarily a file of ours.
    ("kernels/v.cpp", '#include "cuda_runtime.h"', True),
    ("core/w.cpp", '#include "no_such_file.hpp"', True),
    # Foreign headers that nobody has listed, and names that differ from the standard library's.
    ("base/x.cpp", "#include <zstd.h>", True),
    ("base/y.cpp", "#include <stdint.h>", True),
    ("base/z.cpp", "#include <unistd.h>", False),
    ("base/include/actscope/base/file.hpp", "#include <string>", False),
    # tracer and tracer/torch are two libraries in one folder.
    ("tracer/a.cpp", '#include "actscope/tracer/torch/device_memory.hpp"', True),
    ("tracer/rings.hpp", "#include <atomic>", False),
    ("tracer/torch/b.cpp", '#include "../rings.hpp"', True),
    ("tracer/torch/c.cpp", '#include "actscope/tracer/store_ledger.hpp"', False),
    ("tracer/d.cpp", "#include <cupti.h>", False),
    ("tracer/e.cpp", "#include <cuda_runtime.h>", True),
    # Public headers are included by their public name, private ones from inside only.
    ("base/f.cpp", '#include "include/actscope/base/file.hpp"', True),
    ("kernels/cpu/g.cpp", '#include "operators.hpp"', False),
    ("kernels/include/actscope/kernels/h.hpp", '#include "operators.hpp"', True),
    ("kernels/i.cpp", '#include "../tests/support/matrices.hpp"', True),
    ("tests/support/matrices.hpp", "#include <vector>", False),
    ("samples/j.cpp", '#include "../kernels/operators.hpp"', True),
    ("samples/k.cpp", '#include "actscope/kernels/gemm.hpp"', False),
    # Private dependencies of public headers.
    ("core/include/actscope/core/l.hpp", "#include <zlib.h>", True),
    ("core/m.cpp", "#include <zlib.h>", True),
    ("core/data/idx.cpp", "#  include <zlib.h>", False),
    ("base/j.cpp", "#include <openssl/evp.h>", True),
    ("base/sha256.cpp", "#include <openssl/evp.h>", False),
    ("gui/n.cpp", "#include <torch/torch.h>", True),
    ("gui/o.cpp", '#include "o.moc"', False),
    ("bench/p.cpp", "#include <benchmark/benchmark.h>", False),
    # Rooms of reports: downward as listed, whether by a private or a public header; never upward.
    ("reports/format/page.hpp", "#include <string>", False),
    ("reports/run/table.hpp", '#include "format/page.hpp"', False),
    ("reports/run/page.cpp", '#include "table.hpp"', False),
    ("reports/sweep/page.cpp", '#include "run/table.hpp"', False),
    ("reports/sweep/document.cpp", '#include "actscope/reports/run/document.hpp"', False),
    ("reports/all.cpp", '#include "actscope/reports/gate/policy.hpp"', False),
    ("reports/all.hpp", '#include "run/table.hpp"', False),
    ("reports/format/table.cpp", '#include "run/table.hpp"', True),
    ("reports/format/document.cpp", '#include "actscope/reports/run/document.hpp"', True),
    ("reports/include/actscope/reports/format/a.hpp", '#include "actscope/reports/run/document.hpp"', True),
    ("reports/include/actscope/reports/run/b.hpp", '#include "actscope/reports/format/document.hpp"', False),
    ("reports/run/c.cpp", '#include "../sweep/table.hpp"', True),
    ("reports/sweep/table.hpp", "#include <vector>", False),
    ("reports/gate/d.cpp", '#include "run/table.hpp"', True),
    # Files above all rooms, and a folder that nobody has listed.
    ("reports/gate/e.cpp", '#include "all.hpp"', True),
    ("reports/gate/f.cpp", '#include "actscope/reports/validation.hpp"', True),
    ("reports/attic/g.cpp", '#include "run/table.hpp"', True),
    ("reports/h.cpp", '#include "attic/i.hpp"', True),
    ("reports/attic/i.hpp", "#include <string>", False),
    # Rooms of core; what needs no LibTorch stays without.
    ("core/scheme/bytes.hpp", "#include <string>", False),
    ("core/saving/stores/kept.cpp", '#include "scheme/bytes.hpp"', False),
    ("core/training/batch.cpp", '#include "actscope/core/model/resmlp.hpp"', False),
    ("core/scheme/bytes.cpp", '#include "actscope/core/data/dataset.hpp"', True),
    ("core/model/block.cpp", '#include "training/loader.hpp"', True),
    ("core/training/loader.hpp", "#include <torch/types.h>", False),
    ("core/data/dataset.cpp", "#include <torch/types.h>", True),
    ("core/scheme/grammar.cpp", "#include <ATen/ATen.h>", True),
    ("core/data/images.cpp", '#include "actscope/tracer/torch/device_memory.hpp"', True),
    ("kernels/q.cpp", "#include <benchmark/benchmark.h>", True),
]


class PlantedViolations(unittest.TestCase):
    def test_each_is_found_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as tree:
            for path, line, _ in LINES:
                os.makedirs(os.path.join(tree, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
                    file.write(line + "\n")
            script = os.path.join(ROOT, "scripts", "check_includes")
            result = subprocess.run([sys.executable, script, tree], capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 1)
            found = {line.split(":")[0] for line in result.stdout.splitlines()}
            self.assertEqual(found, {path for path, _, bad in LINES if bad})
            for line in ("kernels/c.cpp:1: torch/torch.h: kernels may not include torch headers",
                         "reports/format/table.cpp:1: run/table.hpp: reports/format may not include reports/run",
                         "reports/gate/e.cpp:1: all.hpp: reports/gate may not include what stands above all rooms",
                         "core/data/dataset.cpp:1: torch/types.h: core/data does without LibTorch"):
                self.assertIn(line, result.stdout.splitlines())

    def test_no_list_of_rooms_allows_a_way_upward(self):
        script = runpy.run_path(os.path.join(ROOT, "scripts", "check_includes"))
        for folder, rooms in script["ROOMS"].items():
            below = set()
            for room, allowed in rooms.items():
                self.assertLessEqual(set(allowed), below, f"{folder}/{room}")
                self.assertTrue(os.path.isdir(os.path.join(ROOT, folder, room)), f"{folder}/{room}")
                below.add(room)

    def test_a_tree_without_violations_passes(self):
        with tempfile.TemporaryDirectory() as tree:
            result = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "check_includes"), tree],
                                    capture_output=True, text=True, check=False)
            self.assertEqual((result.returncode, result.stdout), (0, "includes follow the folder rules\n"))


if __name__ == "__main__":
    unittest.main()
