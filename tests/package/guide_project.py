# SPDX-License-Identifier: Apache-2.0
"""guide_project.py PAGE FOLDER: writes the files that a page of the guide shows whole, each a fenced block behind a
comment `<!-- file: NAME -->`, and checks that page and README name every library that a sample links."""
import os
import re
import sys

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
FILE = re.compile(r"^<!-- file: (\S+) -->\n+```\w*\n(.*?)^```$", re.M | re.S)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def missing_targets(page):
    """Libraries of samples/CMakeLists.txt that the page or README.md do not name, as "page: target"."""
    targets = set(re.findall(r"\b(?:actscope|TorchLib)::\w+", read(os.path.join(ROOT, "samples", "CMakeLists.txt"))))
    return sorted(f"{path}: {target}" for path in (page, os.path.join(ROOT, "README.md")) for target in targets
                  if target not in read(path))


def main(page, folder):
    files = dict(FILE.findall(read(page)))
    if set(files) != {"CMakeLists.txt", "main.cpp"}:
        sys.exit(f"{page} shows {sorted(files)}, not a whole project")
    if missing_targets(page):
        sys.exit("a sample links what is not named in " + ", ".join(missing_targets(page)))
    os.makedirs(folder, exist_ok=True)
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
