# SPDX-License-Identifier: Apache-2.0
"""Every source with code of its own has a test of its name, or a line in covered_by.txt that says which test covers it;
every test is of a source, or its line there says what it tests."""
import fnmatch
import os
import re
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
LIST = "tests/layout/covered_by.txt"
LIBRARIES = ("base", "kernels", "tracer", "core", "reports", "python", "app", "bench", "gui")
SOURCES, HEADERS = (".cpp", ".cu"), (".hpp", ".cuh")
TESTS = re.compile(r"_test\.(cpp|py|cmake)$")
# Tests of the whole program, of what is installed and of the tree.
OF_THE_WHOLE = ("tests/e2e/", "tests/package/", "tests/python/", "tests/layout/")
# A header has code of its own where it branches or loops.
CODE = re.compile(r"\b(if|for|while|switch)\b( constexpr)? ?\(")
LINE = re.compile(r"(?P<left>[\w./*-]+):(?P<right>[^#]*)(?:#\s*(?P<why>.*))?")


def files_below(root, tops):
    for top in tops:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")


def place_of(path):
    """Where a file of a library stands without ending and include folder: kernels/include/actscope/kernels/gemm.hpp
    and kernels/gemm.cpp are kernels/gemm."""
    return re.sub(r"\.(cpp\.in|cpp|cu|hpp|cuh)$", "", re.sub(r"^.*\binclude/actscope/", "", path))


def has_code(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return CODE.search(re.sub(r"//.*", "", file.read())) is not None


def read_list(root):
    """Lines as (number, left, names on the right, reason), and what is no such line."""
    lines, faults = [], []
    with open(os.path.join(root, LIST), encoding="utf-8") as file:
        for number, text in enumerate(file.read().splitlines(), 1):
            if not text.strip() or text.startswith("#"):
                continue
            found = LINE.fullmatch(text)
            if found is None:
                faults.append(f"line {number}: is no `source: test, test  # why`")
                continue
            names = [name.strip() for name in found.group("right").split(",") if name.strip()]
            lines.append((number, found.group("left"), names, found.group("why") or ""))
    return lines, faults


def faults_of(root):
    """What breaks the rule in a tree, as "path or line: reason"."""
    files = set(files_below(root, LIBRARIES))
    tests = {path for path in files_below(root, ("tests",)) if TESTS.search(path)}
    own = {}  # place: its test
    for path in tests:
        own[TESTS.sub("", path)[len("tests/"):]] = path
    compiled = {path for path in files if path.endswith(SOURCES)}
    places = {place_of(path) for path in files if path.endswith(SOURCES + HEADERS + (".cpp.in",))}
    with_source = {place_of(path) for path in compiled}
    wanted = compiled | {path for path in files if path.endswith(HEADERS) and place_of(path) not in with_source
                         and has_code(root, path)}
    lines, faults = read_list(root)
    covered, named, listed = set(), set(), set()
    for number, left, names, why in lines:
        where = f"line {number}: {left}"
        if left in listed:
            faults.append(f"{where} stands twice")
        listed.add(left)
        if left.startswith("tests/"):
            if left not in tests:
                faults.append(f"{where} is no test")
            elif TESTS.sub("", left)[len("tests/"):] in places:
                faults.append(f"{where} is the test of a source, its line is stale")
            if names or not why:
                faults.append(f"{where} wants nothing but what it tests, behind a #")
            named.add(left)
            continue
        if "*" in os.path.dirname(left):
            faults.append(f"{where}: a folder is written out")
        matching = set(fnmatch.filter(files, left)) if "*" in left else {left} & files
        matching = {path for path in matching if os.path.dirname(path) == os.path.dirname(left)}
        open_ones = {path for path in matching & wanted if place_of(path) not in own}
        if not matching:
            faults.append(f"{where} is no source")
        elif not open_ones and "*" not in left and place_of(left) in own:
            faults.append(f"{where} has {own[place_of(left)]}, its line is stale")
        elif not open_ones:
            faults.append(f"{where} needs no line")
        covered |= open_ones
        if names == ["none"]:
            if not why:
                faults.append(f"{where} has no test and no reason")
            continue
        if not names:
            faults.append(f"{where} names no test")
        for name in names:
            if name not in tests:
                faults.append(f"{where}: {name} is no test")
        named.update(names)
    for path in sorted(wanted - covered):
        if place_of(path) not in own:
            faults.append(f"{path} has no tests/{place_of(path)}_test.cpp and no line")
    for path in sorted(tests - named):
        if not path.startswith(OF_THE_WHOLE) and TESTS.sub("", path)[len("tests/"):] not in places:
            faults.append(f"{path} is of no source and has no line")
    return faults


class TestMap(unittest.TestCase):
    def test_the_tree_follows_the_rule(self):
        self.assertEqual(faults_of(ROOT), [])

    def faults_in(self, files, lines):
        with tempfile.TemporaryDirectory() as tree:
            for path, text in {**files, LIST: "\n".join(lines) + "\n"}.items():
                os.makedirs(os.path.dirname(os.path.join(tree, path)), exist_ok=True)
                with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return faults_of(tree)

    # A tree in which nothing is wrong.
    FILES = {path: "" for path in (
        "base/own.cpp", "tests/base/own_test.cpp", "base/made.cpp.in", "tests/base/made_test.cpp",
        "core/model/block.cpp", "tests/core/model/block_test.cpp", "core/model/half.cpp",
        "kernels/cuda/a.cu", "kernels/cuda/b.cu", "kernels/cuda/c.cu", "tests/kernels/cuda/c_test.cpp",
        "tests/kernels/cuda/all_test.cpp", "kernels/include/actscope/kernels/plain.hpp", "kernels/a.hpp",
        "tracer/torch/include/actscope/tracer/torch/walk.hpp", "tests/tracer/torch/walk_test.cpp",
        "bench/timing.cpp", "tests/e2e/run_test.py", "tests/kernels/large_test.cpp", "app/main.cpp",
        "tests/gui/export_test.cmake", "gui/main.cpp", "tests/support/memory.hpp")}
    FILES.update({"tracer/torch/walk.cpp": "", "kernels/ring.hpp": "// a comment: if (\nwhile (true) {\n}\n"})
    LINES = ["# core", "core/model/half.cpp: tests/core/model/block_test.cpp  # a block has two", "",
             "kernels/cuda/*.cu: tests/kernels/cuda/all_test.cpp", "bench/timing.cpp: none  # measures",
             "app/main.cpp: tests/e2e/run_test.py, tests/base/own_test.cpp", "gui/main.cpp: tests/gui/export_test.cmake",
             "kernels/ring.hpp: tests/base/own_test.cpp", "tests/kernels/large_test.cpp:  # every operator"]

    def test_a_tree_without_faults_passes(self):
        self.assertEqual(self.faults_in(self.FILES, self.LINES), [])

    def test_planted_faults_are_found(self):
        without = {path: text for path, text in self.FILES.items() if path != "core/model/half.cpp"}
        for files, lines, fault in (
                ({"base/new.cpp": ""}, [], "base/new.cpp has no tests/base/new_test.cpp and no line"),
                ({"core/model/new.cu": ""}, [], "core/model/new.cu has no tests/core/model/new_test.cpp and no line"),
                ({"base/include/actscope/base/new.hpp": "if (x) y();"}, [],
                 "base/include/actscope/base/new.hpp has no tests/base/new_test.cpp and no line"),
                ({"kernels/deep/own.cpp": "", "tests/kernels/own_test.cpp": ""}, [],
                 "kernels/deep/own.cpp has no tests/kernels/deep/own_test.cpp and no line"),
                ({"tests/base/lost_test.cpp": ""}, [], "tests/base/lost_test.cpp is of no source and has no line"),
                ({"tests/base/lost_test.py": ""}, [], "tests/base/lost_test.py is of no source and has no line"),
                ({}, ["base/gone.cpp: tests/e2e/run_test.py"], "line 10: base/gone.cpp is no source"),
                ({}, ["base/gone_*.cpp: tests/e2e/run_test.py"], "line 10: base/gone_*.cpp is no source"),
                ({}, ["base/own.cpp: tests/e2e/run_test.py"],
                 "line 10: base/own.cpp has tests/base/own_test.cpp, its line is stale"),
                ({}, ["base/*.cpp: tests/e2e/run_test.py"], "line 10: base/*.cpp needs no line"),
                ({}, ["kernels/a.hpp: tests/e2e/run_test.py"], "line 10: kernels/a.hpp needs no line"),
                ({}, ["kernels/*/a.cu: tests/e2e/run_test.py"], "line 10: kernels/*/a.cu: a folder is written out"),
                ({"base/new.cpp": ""}, ["base/new.cpp: tests/e2e/gone_test.py"],
                 "line 10: base/new.cpp: tests/e2e/gone_test.py is no test"),
                ({"base/new.cpp": ""}, ["base/new.cpp: tests/support/memory.hpp"],
                 "line 10: base/new.cpp: tests/support/memory.hpp is no test"),
                ({"base/new.cpp": ""}, ["base/new.cpp: none"], "line 10: base/new.cpp has no test and no reason"),
                ({"base/new.cpp": ""}, ["base/new.cpp:  # later"], "line 10: base/new.cpp names no test"),
                ({}, ["app/main.cpp: tests/e2e/run_test.py"], "line 10: app/main.cpp stands twice"),
                ({}, ["tests/base/gone_test.cpp:  # nothing"], "line 10: tests/base/gone_test.cpp is no test"),
                ({}, ["tests/base/own_test.cpp:  # itself"],
                 "line 10: tests/base/own_test.cpp is the test of a source, its line is stale"),
                ({"tests/base/many_test.cpp": ""}, ["tests/base/many_test.cpp:"],
                 "line 10: tests/base/many_test.cpp wants nothing but what it tests, behind a #"),
                ({}, ["all is well"], "line 10: is no `source: test, test  # why`")):
            self.assertIn(fault, self.faults_in({**self.FILES, **files}, self.LINES + lines))
        self.assertEqual(self.faults_in(without, self.LINES), ["line 2: core/model/half.cpp is no source"])


if __name__ == "__main__":
    unittest.main()
