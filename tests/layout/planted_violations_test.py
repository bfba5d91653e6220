# SPDX-License-Identifier: Apache-2.0
"""scripts/check_includes must find every kind of violation, in a small tree made for it."""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

# file, its include line, whether that is a violation
LINES = [
    ("kernels/a.cpp", '#include "actscope/base/error.hpp"', False),
    ("kernels/b.cpp", '#include "actscope/core/scheme.hpp"', True),
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
    ("tracer/torch/o.cpp", '#include "actscope/core/resmlp.hpp"', True),
    ("core/p.cpp", "#include <nlohmann/json.hpp>", True),
    ("core/q.cpp", '#include "actscope/reports/format/document.hpp"', True),
    ("core/safetensors_layout.cpp", "#include <nlohmann/json.hpp>", False),
    ("gui/r.cpp", '#include "actscope/core/scheme.hpp"', True),
    ("gui/s.cpp", "#include <QWidget>", False),
    ("core/t.cpp", '#include "../kernels/operators.hpp"', True),
    ("kernels/operators.hpp", "#include <vector>", False),
    ("app/u.cpp", "#include <QWidget>", True),
    # What is written with quotes is not thereby ours.
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
    ("tracer/torch/c.cpp", '#include "actscope/tracer/saved_ledger.hpp"', False),
    ("tracer/d.cpp", "#include <cupti.h>", False),
    ("tracer/e.cpp", "#include <cuda_runtime.h>", True),
    # Public headers by their public name, private ones from inside only.
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
    ("core/idx.cpp", "#  include <zlib.h>", False),
    ("gui/n.cpp", "#include <torch/torch.h>", True),
    ("gui/o.cpp", '#include "o.moc"', False),
    ("bench/p.cpp", "#include <benchmark/benchmark.h>", False),
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
            self.assertIn('kernels/c.cpp:1: torch/torch.h: kernels may not include torch headers',
                          result.stdout.splitlines())

    def test_a_tree_without_violations_passes(self):
        with tempfile.TemporaryDirectory() as tree:
            result = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "check_includes"), tree],
                                    capture_output=True, text=True, check=False)
            self.assertEqual((result.returncode, result.stdout), (0, "includes follow the folder rules\n"))


if __name__ == "__main__":
    unittest.main()
