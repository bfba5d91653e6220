# SPDX-License-Identifier: Apache-2.0
"""What the checks of a report on the device share: read one, check it, print JSON, complain."""

import json
import pathlib
import sys


def main(check):
    """Runs `check(report)`, which returns facts and a list of complaints, on the file of the first argument.

    Prints the facts as one JSON object; returns 1 where there are complaints or a field is not as expected.
    """
    program, path = sys.argv[:2]
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    try:
        facts, complaints = check(report)
    except (KeyError, TypeError) as error:
        facts, complaints = {}, [f"a field is missing or wrong-typed [{error!r}]"]
    print(json.dumps(facts))
    for complaint in complaints:
        print(f"{pathlib.Path(program).stem}: {path}: {complaint}", file=sys.stderr)
    return 1 if complaints else 0
