# SPDX-License-Identifier: Apache-2.0
"""Every source names its license first, and no file has grown past what one idea needs."""
import os
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
FOLDERS = ("base", "kernels", "tracer", "core", "reports", "gui", "app", "bench", "samples", "tests",
           "cmake", "scripts", ".ci", ".github")
SOURCES = (".hpp", ".cpp", ".cu", ".cuh", ".h", ".py", ".cmake", ".in", ".js", ".css", ".html", ".sh", ".yml",
           "CMakeLists.txt", "Makefile")
# Written by the program, byte for byte.
OUTPUTS = ("tests/golden/",)


def sources(root):
    for name in sorted(os.listdir(root)):
        if name.endswith(SOURCES) and os.path.isfile(os.path.join(root, name)):
            yield name
    for top in FOLDERS:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(folder, name), root)
                if path.startswith(OUTPUTS) or "__pycache__" in path:
                    continue
                # Programs without an ending are scripts.
                is_script = "." not in name and os.access(os.path.join(root, path), os.X_OK)
                if name.endswith(SOURCES) or is_script:
                    yield path


def license_of(path):
    # Tests of the dashboard link it, so their code has its license.
    is_gui = path.startswith("gui/") or (path.startswith("tests/gui/") and path.endswith("pp"))
    return "GPL-3.0-or-later" if is_gui else "Apache-2.0"


def faults(root):
    """What breaks the rules in a tree, as "path: reason"."""
    for path in sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            lines = file.read().splitlines()
        # Only what the system or the browser reads first may stand before the license.
        first = 1 if lines and lines[0].startswith(("#!", "<!DOCTYPE", "<!doctype")) else 0
        line = lines[first] if len(lines) > first else ""
        if f"SPDX-License-Identifier: {license_of(path)}" not in line:
            yield f"{path}: no {license_of(path)} in its first line"
        limit = 800 if path.startswith("tests/") else 500
        if len(lines) > limit:
            yield f"{path}: {len(lines)} lines, more than {limit}"


class Files(unittest.TestCase):
    def test_the_tree_follows_the_rules(self):
        self.assertGreater(len(list(sources(ROOT))), 100)
        self.assertEqual(list(faults(ROOT)), [])

    def test_planted_faults_are_found(self):
        ours, gui = "SPDX-License-Identifier: Apache-2.0\n", "SPDX-License-Identifier: GPL-3.0-or-later\n"
        good = {"base/a.cpp": "// " + ours, "scripts/b": "#!/bin/sh\n# " + ours, "gui/c.cpp": "// " + gui,
                "tests/base/d.cpp": "// " + ours + "\n" * 799, "base/e.cpp": "// " + ours + "\n" * 499,
                "tests/golden/f.html": "<html>\n"}
        bad = {"base/g.cpp": "", "base/h.cpp": "\n// " + ours, "scripts/i": "#!/bin/sh\n\n# " + ours,
               "gui/j.cpp": "// " + ours, "core/k.cpp": "// " + gui, "base/l.cpp": "// " + ours + "\n" * 500,
               "tests/base/m.cpp": "// " + ours + "\n" * 800, "CMakeLists.txt": "project(x)\n"}
        with tempfile.TemporaryDirectory() as tree:
            for path, text in {**good, **bad}.items():
                os.makedirs(os.path.dirname(os.path.join(tree, path)), exist_ok=True)
                with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
                    file.write(text)
                if path.startswith("scripts/"):
                    os.chmod(os.path.join(tree, path), 0o755)
            self.assertEqual({fault.split(":")[0] for fault in faults(tree)}, set(bad))


if __name__ == "__main__":
    unittest.main()
