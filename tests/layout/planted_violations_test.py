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
    ("base/i.cpp", '#include "actscope/reports/document.hpp"', True),
    ("reports/j.cpp", '#include "actscope/kernels/gemm.hpp"', True),
    ("reports/k.cpp", "#include <nlohmann/json.hpp>", False),
    ("reports/include/actscope/reports/l.hpp", "#include <nlohmann/json.hpp>", True),
    ("tracer/m.cpp", "#include <ATen/ATen.h>", True),
    ("tracer/torch/n.cpp", "#include <ATen/ATen.h>", False),
    ("tracer/torch/o.cpp", '#include "actscope/core/resmlp.hpp"', True),
    ("core/p.cpp", "#include <nlohmann/json.hpp>", True),
    ("core/q.cpp", '#include "actscope/reports/document.hpp"', True),
    ("core/safetensors.cpp", "#include <nlohmann/json.hpp>", False),
    ("gui/r.cpp", '#include "actscope/core/scheme.hpp"', True),
    ("gui/s.cpp", "#include <QWidget>", False),
    ("core/t.cpp", '#include "../kernels/operators.hpp"', True),
    ("kernels/operators.hpp", "#include <vector>", False),
    ("app/u.cpp", "#include <QWidget>", True),
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


if __name__ == "__main__":
    unittest.main()
