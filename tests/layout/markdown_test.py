# SPDX-License-Identifier: Apache-2.0
"""scripts/check_markdown must find every long line of prose, and nothing that cannot be broken."""
import glob
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
WORDS = "word " * 19 + "words"  # 100 columns
LONG = WORDS + "s"
ADDRESS = "https://example.org/" + "a" * 100

# name: its text, and the lines that are too long
PAGES = {
    "prose": (f"{WORDS}\n{LONG}\n\n  {WORDS}\n", [2, 4]),
    "text_behind_code": (f"    {LONG}\n\n{LONG}\n", [3]),
    "text_behind_a_fence": (f"```\n{LONG}\n```\n{LONG}\n", [4]),
    "text_behind_a_comment": (f"<!-- {LONG} -->\n<!--\n{LONG}\n-->\n{LONG}\n", [5]),
    "indented_line_of_a_paragraph": (f"word\n    {LONG}\n", [2]),
    "list": (f"- {LONG}\n  {LONG}\n1. {LONG}\n\n   {LONG}\n\n       {LONG}\n\n{LONG}\n", [1, 2, 3, 5, 9]),
    "link": (f"[{LONG}]({ADDRESS})\n", [1]),
    "short_word_beside_an_address": (f"see {ADDRESS}\n", [1]),
    "wrapped": (f"{WORDS}\n- {WORDS[2:]}\n", []),
    "table": (f"| {LONG} |\n|---|\n| {LONG} |\n", []),
    "code": (f"    {LONG}\n\n    {LONG}\n\n```text\n{LONG}\n\n{LONG}\n```\n\n~~~~\n```\n{LONG}\n~~~\n{LONG}\n~~~~\n", []),
    "heading": (f"# {LONG}\n### {LONG}\n", []),
    "definition": (f'[name]: {ADDRESS} "{LONG}"\n', []),
    "address": (f"{ADDRESS}\n\n- {ADDRESS}\n\n  {ADDRESS}\n", []),
}


def check(*paths):
    return subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "check_markdown"), *paths],
                          capture_output=True, text=True, check=False)


class Markdown(unittest.TestCase):
    def test_planted_lines_are_found_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, (text, numbers) in PAGES.items():
                path = os.path.join(folder, name + ".md")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                result = check(path)
                found = [int(line[len(path) + 1:].split(":")[0]) for line in result.stdout.splitlines()]
                self.assertEqual((found, result.returncode), (numbers, 1 if numbers else 0), name)
            path = os.path.join(folder, "prose.md")
            self.assertIn(f"{path}:2: 101 columns of prose, more than 100\n", check(path).stdout)

    def test_the_pages_are_wrapped(self):
        pages = [path for place in ("*.md", "docs/**/*.md")
                 for path in glob.glob(os.path.join(ROOT, place), recursive=True)]
        self.assertGreater(len(pages), 50)
        result = check(*pages)
        self.assertEqual((result.returncode, result.stdout), (0, ""))

    def test_without_files_it_says_how_to_call_it(self):
        result = check()
        self.assertEqual(result.returncode, 2)
        self.assertIn("scripts/check_markdown FILE", result.stdout)


if __name__ == "__main__":
    unittest.main()
