# SPDX-License-Identifier: Apache-2.0
"""scripts/guide_output on small pages with a program made up for them: what counts as a difference and what does not,
what renewing writes, which pages are refused."""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SCRIPT = os.path.join(ROOT, "scripts", "guide_output")

PROGRAM = r"""#!/bin/sh
case $1 in
  doctor) printf 'actscope 9.9.9 (abcdef), Debug, GNU 99\nLibTorch 2.11.0\nSome Processor, 64 cores, 512 GiB\n'
          printf 'Fedora, Linux 7.0 x86_64\n\nusable    kernels cpu: cpu ZMM, 64 threads\nabsent    data x: none\n' ;;
  run) printf 'kept for backward   %s MiB\ntime of a step      12.5 ms, 99 images/s\n' "$2"
       printf 'held-out accuracy   9.9 %% of 10 images, after 3 steps\n' ;;
  table) printf 'run    saved  fewer  peak  fewer     step\n-----  -----  -----  ----  -----  -------\n'
         printf 'dense  1 MiB  1.00x  8 B   1.00x  99.9 ms\n\n    after 17.25 s\n' ;;
  remark) printf 'two standard errors are ±%s points; early\n  learning\n\nother\n' "$2" ;;
  long) sleep 60 ;;
  *) echo "actscope: no $1 [given $*]" >&2; exit 2 ;;
esac
"""

GOOD = """# A page

<!-- output -->

    $ actscope doctor
    actscope 0.1.0 (e9de15702b7e), Release, GNU 12.2.0
    LibTorch 2.11.0
    AMD EPYC, 2 cores, 23.5 GiB
    Debian GNU/Linux 12, Linux 6.18.44 x86_64

    usable    kernels cpu: cpu AVX3, 2 threads
    usable    data x: /usr/share/x

Text.

<!-- output -->

    $ amount="2.47"
    $ actscope run $amount
    kept for backward   2.47 MiB
    time of a step      34.9 ms, 1,833 images/s
    held-out accuracy   78.0 % of 3,000 images, after 352 steps
    $ actscope none \\
        --twice
    actscope: no none [given none --twice]

<!-- output of actscope table -->

    run    saved  fewer     peak   fewer     step
    -----  -----  -----  -------  ------  -------
    dense  1 MiB  1.00x  999 GiB  12.25x   1.0 ms

        after 3 min

<!-- output of actscope run 3.5 has: 3.5 MiB -->

3.5 MiB it is. A plain command:

    $ actscope shown without its output
"""


class GuideOutput(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        with open(os.path.join(self.folder, "actscope"), "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        os.chmod(os.path.join(self.folder, "actscope"), 0o755)

    def call(self, page, *options):
        self.page = os.path.join(self.folder, "page.md")
        with open(self.page, "w", encoding="utf-8") as file:
            file.write(page)
        return subprocess.run([sys.executable, SCRIPT, "--program", self.folder, *options, self.page],
                              capture_output=True, text=True, timeout=50, check=False)

    def text(self):
        with open(self.page, encoding="utf-8") as file:
            return file.read()

    def test_times_and_machines_do_not_count(self):
        result = self.call(GOOD, "--check")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        self.assertEqual(self.text(), GOOD)

    def test_where_a_remark_wraps_does_not_count(self):
        page = ("<!-- output of actscope remark 1.25 -->\n\n    two standard errors are ±10.5\n"
                "      points; early learning\n\n    other\n")
        self.assertEqual(self.call(page, "--check").returncode, 0)
        self.assertEqual(self.call(page.replace("early", "late"), "--check").returncode, 1)

    def test_everything_else_does(self):
        for before, after in (("backward   2.47 MiB", "backward   2.48 MiB"), ("given none --twice", "given none"),
                              ("1 MiB  1.00x", "2 MiB  1.00x"), ("1 MiB  1.00x", "1 MiB  1.01x"),
                              ("    usable    data x: /usr/share/x\n", ""), ("kernels cpu", "kernels gpu"),
                              ("  step\n", "  stop\n"), ("    dense  1", "    dance  1"), ("3.5 MiB it is", "3.4 MiB it is"),
                              ("has: 3.5 MiB", "has: 3.6 MiB"), ("        after 3 min\n", "")):
            self.assertIn(before, GOOD)
            result = self.call(GOOD.replace(before, after), "--check")
            self.assertEqual(result.returncode, 1, (before, result.stderr))
            self.assertIn("page.md: line ", result.stdout, before)

    def test_renewing_writes_what_is_printed_and_nothing_else(self):
        stale = GOOD.replace("backward   2.47 MiB", "backward   1 MiB").replace("\n        after 3 min\n", "")
        self.assertEqual(self.call(stale).returncode, 0)
        renewed = self.text()
        self.assertIn("    kept for backward   2.47 MiB\n    time of a step      12.5 ms, 99 images/s\n", renewed)
        self.assertIn("    $ actscope none \\\n        --twice\n", renewed)
        self.assertIn("\nText.\n", renewed)
        self.assertEqual(self.call(renewed, "--check").returncode, 0)
        self.assertEqual(self.call(renewed).returncode, 0)
        self.assertEqual(self.text(), renewed)
        self.assertEqual(len(renewed.splitlines()), len(GOOD.splitlines()))

    def test_a_check_may_take_a_shorter_way(self):
        page = ("<!-- checked with run 1 for long -->\n\n<!-- output -->\n\n    $ actscope long\n"
                "    kept for backward   1 MiB\n    time of a step      1 s\n    held-out accuracy   none\n")
        self.assertEqual(self.call(page, "--check").returncode, 0)

    def test_pages_that_cannot_be_understood(self):
        for page, says in (("    $ actscope doctor\n    output\n", "line 1: shows output and has no comment"),
                           ("<!-- output -->\n\ntext\n", "no indented block"),
                           ("<!-- output -->\n\n    text\n", "does not begin with a command"),
                           ("<!-- checked for fun -->\n", "is not <!-- checked with A for B -->")):
            result = self.call(page, "--check")
            self.assertEqual(result.returncode, 3, page)
            self.assertIn(says, result.stderr)
        self.assertEqual(self.call(GOOD, "--bogus").returncode, 2)
        os.remove(os.path.join(self.folder, "actscope"))
        self.assertEqual(self.call(GOOD).returncode, 4)


if __name__ == "__main__":
    unittest.main()
