# SPDX-License-Identifier: Apache-2.0
"""What --help says, and that docs/reference/commands.md says the same."""
import os
import re
import unittest

from program import ProgramTest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
OPTION = re.compile(r"--[a-z][a-z-]*")


def documented():
    """The options in the tables of commands.md, by command."""
    with open(os.path.join(ROOT, "docs", "reference", "commands.md"), encoding="utf-8") as file:
        sections = re.split(r"^## ", file.read(), flags=re.MULTILINE)[1:]
    found = {}
    for section in sections:
        title = re.match(r"`actscope ((?:bench|trace|gate) [a-z]+|[a-z]+)", section)
        if title:
            rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
            found[title.group(1)] = {name for row in rows for name in OPTION.findall(row)}
    return found


class Help(ProgramTest):
    def listing(self, *command):
        text = self.succeed(*command, "--help")
        listing = text.split("Subcommands:")[1].split("\n\n")[0]
        return re.findall(r"^  ([a-z]+)\s", listing, flags=re.MULTILINE)

    def commands(self):
        """All commands; the groups bench and trace are replaced by their members, those of gate come beside it."""
        found = []
        for name in self.listing():
            is_group = name in ("bench", "trace")
            found += [] if is_group else [name]
            if is_group or name == "gate":
                found += [name + " " + member for member in self.listing(name)]
        return found

    def options(self, command):
        """Names at the beginning of a line of help, not those that a description mentions."""
        text = self.succeed(*command.split(), "--help")
        return {name for line in text.splitlines() if line.startswith("  -")
                for name in OPTION.findall(line[:28].split("  ")[1])}

    def test_every_command_has_help_with_an_example(self):
        commands = self.commands()
        self.assertEqual(commands, ["run", "eval", "sweep", "footprint", "plan", "compare", "gate",
                                    "gate run", "gate noise", "history", "report", "validate",
                                    "bench kernels", "bench tracer", "trace export", "doctor"])
        for command in commands:
            text = self.succeed(*command.split(), "--help")
            self.assertIn("Example: actscope " + command, text)
            self.assertIn("--quiet", text)
            for line in text.splitlines():
                self.assertLessEqual(len(line), 100, line)

    def test_the_reference_lists_the_same_options(self):
        tables = documented()
        self.assertEqual(sorted(tables), sorted(self.commands()))
        common = {"--help", "--quiet"}
        for command in self.commands():
            self.assertEqual(tables[command] | common, self.options(command) | common, command)


if __name__ == "__main__":
    unittest.main()
