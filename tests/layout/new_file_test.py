# SPDX-License-Identifier: Apache-2.0
"""scripts/new_file in a copy of the CMake lists: house form, one entry more, nothing overwritten."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
# library: a folder of new files
LIBRARIES = {"base": "", "kernels": "", "tracer": "", "tracer/torch": "", "core": "model/", "reports": "gate/", "app": "",
             "gui": ""}


class NewFile(unittest.TestCase):
    def setUp(self):
        self.tree = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.tree)
        lists = [f"{library}/CMakeLists.txt" for library in LIBRARIES]
        lists += [f"tests/{library}/CMakeLists.txt" for library in LIBRARIES if "/" not in library]
        for path in lists + ["scripts/new_file", "scripts/check_includes"]:
            os.makedirs(os.path.dirname(os.path.join(self.tree, path)), exist_ok=True)
            shutil.copy(os.path.join(ROOT, path), os.path.join(self.tree, path))

    def run_script(self, *arguments, script="new_file"):
        return subprocess.run([sys.executable, os.path.join(self.tree, "scripts", script), *arguments],
                              capture_output=True, text=True, check=False)

    def read(self, path):
        with open(os.path.join(self.tree, path), encoding="utf-8") as file:
            return file.read()

    def snapshot(self):
        return {os.path.join(folder, name): self.read(os.path.join(folder, name))
                for folder, _, names in os.walk(self.tree) for name in names}

    def test_wrong_use_makes_nothing(self):
        before = self.snapshot()
        for arguments in ((), ("base",), ("nowhere", "a"), ("base", "CamelCase"), ("base", "a.cpp"),
                          ("base", "../a"), ("base", ""), ("base", "a", "b"), ("core", "a"), ("core", "model"), ("core", "attic/a"),
                          ("reports", "a")):
            result = self.run_script(*arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertEqual(self.snapshot(), before)

    def test_every_library_takes_a_file(self):
        for number, (library, folder) in enumerate(LIBRARIES.items()):
            name, top = f"{folder}new_thing_{number}", library.split("/")[0]
            below = library[len(top) + 1:] + "/" if "/" in library else ""
            lists = {f"{library}/CMakeLists.txt": f"{name}.cpp",
                     f"tests/{top}/CMakeLists.txt": f"{below}{name}_test.cpp"}
            before = {path: self.read(path) for path in lists}
            result = self.run_script(library, name)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(f"tests/{library}/{name}_test.cpp", result.stdout.splitlines())
            for path in result.stdout.splitlines():
                if path.endswith("pp"):
                    license_name = "GPL-3.0-or-later" if library == "gui" else "Apache-2.0"
                    self.assertEqual(self.read(path).splitlines()[0],
                                     f"// SPDX-License-Identifier: {license_name}")
            for path, source in lists.items():
                after = self.read(path)
                # The list has this entry more, and nothing else has changed but spaces.
                self.assertEqual(re.sub(rf"\b{source}\s*", "", after).split(), before[path].split())
                self.assertEqual(after.split().count(source) + after.split().count(source + ")"), 1)
                for line in after.splitlines():
                    if source in line:
                        self.assertLessEqual(len(line), 100, line)
        self.assertEqual(self.run_script(script="check_includes").returncode, 0)

    def test_a_public_header_is_included_by_its_public_name(self):
        self.run_script("tracer/torch", "graph_walk")
        self.assertIn("namespace actscope::tracer {",
                      self.read("tracer/torch/include/actscope/tracer/torch/graph_walk.hpp"))
        self.assertIn('#include "actscope/tracer/torch/graph_walk.hpp"', self.read("tracer/torch/graph_walk.cpp"))
        self.run_script("--private", "kernels", "row_norms")
        self.assertIn('#include "row_norms.hpp"', self.read("tests/kernels/row_norms_test.cpp"))
        self.run_script("kernels", "cpu/row_sums")
        self.assertIn('#include "cpu/row_sums.hpp"', self.read("kernels/cpu/row_sums.cpp"))
        self.assertIn(" cpu/row_sums.cpp", self.read("kernels/CMakeLists.txt"))
        self.assertIn('#include "cpu/row_sums.hpp"', self.read("tests/kernels/cpu/row_sums_test.cpp"))

    def test_a_room_has_headers_and_tests_of_its_own(self):
        made = self.run_script("core", "scheme/row_norms").stdout.splitlines()
        self.assertIn("core/include/actscope/core/scheme/row_norms.hpp", made)
        self.assertIn("tests/core/scheme/row_norms_test.cpp", made)
        self.assertIn('#include "actscope/core/scheme/row_norms.hpp"', self.read("core/scheme/row_norms.cpp"))
        made = self.run_script("--private", "core", "saving/stores/row_sums").stdout.splitlines()
        self.assertIn("core/saving/stores/row_sums.hpp", made)
        self.assertIn('#include "saving/stores/row_sums.hpp"', self.read("tests/core/saving/stores/row_sums_test.cpp"))
        self.assertEqual(self.run_script(script="check_includes").returncode, 0)

    def test_the_test_fails_until_it_is_written(self):
        self.run_script("base", "row_norms")
        self.assertIn("TEST(RowNorms, ", self.read("tests/base/row_norms_test.cpp"))
        self.assertIn("FAIL()", self.read("tests/base/row_norms_test.cpp"))

    def test_nothing_is_overwritten(self):
        self.run_script("base", "row_norms")
        before = self.snapshot()
        self.assertEqual(self.run_script("base", "row_norms").returncode, 2)
        self.assertEqual(self.snapshot(), before)


if __name__ == "__main__":
    unittest.main()
