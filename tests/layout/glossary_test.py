# SPDX-License-Identifier: Apache-2.0
"""Types that the glossary names are types of the code, and what it has renamed is gone."""
import os
import re
import subprocess
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
LIBRARIES = ("base", "kernels", "tracer", "core", "reports", "gui", "app", "bench", "samples")
RENAMED = ("SlotStore", "SlotSettings", "KeptSlot", "KeptSlotSetting", "StoredSlot", "SlotParts", "BlockStores",
           "StoresHolder", "SavedLedger", "ModelLedger")


def is_in_code(pattern):
    return subprocess.run(["grep", "-rqE", "--include=*.hpp", "--include=*.cpp", "--include=*.cu", "--include=*.cuh", pattern,
                           *(os.path.join(ROOT, library) for library in LIBRARIES)], check=False).returncode == 0


class Glossary(unittest.TestCase):
    def test_its_types_are_types_of_the_code(self):
        with open(os.path.join(ROOT, "docs/reference/glossary.md"), encoding="utf-8") as file:
            names = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`", file.read()))
        self.assertGreater(len(names), 8)
        for name in names:
            self.assertTrue(is_in_code(rf"\b(struct|class|using) {name}\b"), name)
        self.assertFalse(is_in_code(r"\b(struct|class|using) NoSuchType\b"))

    def test_old_names_are_gone(self):
        for name in RENAMED:
            self.assertFalse(is_in_code(rf"\b{name}\b"), name)


if __name__ == "__main__":
    unittest.main()
