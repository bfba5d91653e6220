# SPDX-License-Identifier: Apache-2.0
"""Every source names its license first, and no file has grown past what one idea needs."""
import os
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
FOLDERS = ("base", "kernels", "tracer", "core", "reports", "gui", "app", "bench", "samples", "tests",
           "cmake", "scripts")
SOURCES = (".hpp", ".cpp", ".cu", ".cuh", ".py", ".cmake", "CMakeLists.txt")


def sources():
    for top in FOLDERS:
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                path = os.path.join(folder, name)
                if name.endswith(SOURCES) or (top == "scripts" and os.access(path, os.X_OK)):
                    yield os.path.relpath(path, ROOT)


class Files(unittest.TestCase):
    def test_the_license_stands_in_the_first_lines(self):
        for path in sources():
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                head = file.readline() + file.readline()
            # Tests of the dashboard link it, so their code has its license.
            is_gui = path.startswith("gui/") or (path.startswith("tests/gui/") and path.endswith("pp"))
            wanted = "GPL-3.0-or-later" if is_gui else "Apache-2.0"
            self.assertIn("SPDX-License-Identifier: " + wanted, head, path)

    def test_no_file_is_too_long(self):
        for path in sources():
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                lines = sum(1 for _ in file)
            self.assertLessEqual(lines, 800 if path.startswith("tests") else 500, path)


if __name__ == "__main__":
    unittest.main()
