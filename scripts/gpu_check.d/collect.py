# SPDX-License-Identifier: Apache-2.0
"""Puts what the steps left in the work folder into one document, gpu_check.json.

collect.py WORK OUT MODE: WORK holds steps.tsv (name, result, seconds, reason, limit) and the JSON of the
steps; MODE is `device` or `dry-run`. Exits 0 where no step failed, else 1.
"""

import json
import pathlib
import sys
import xml.etree.ElementTree

RESULTS = ("passed", "failed", "not run")


def read_steps(path):
    """Steps in the order they ran."""
    steps = []
    for line in path.read_text(encoding="utf-8").splitlines():
        name, result, seconds, reason, limit = (line.split("\t") + ["", ""])[:5]
        if result not in RESULTS:
            raise ValueError(f"unknown result {result!r} of step {name!r}")
        step = {"name": name, "result": result, "elapsed_s": int(seconds)}
        if reason:
            step["reason"] = reason
        if limit:
            step["limit_s"] = int(limit)
        steps.append(step)
    return steps


def read_json(path):
    """The JSON of a file, None where the step that writes it did not run or left no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def read_tests(paths):
    """Counts and failed names of the JUnit files of GoogleTest, None where there is none."""
    cases = []
    for path in paths:
        try:
            cases += xml.etree.ElementTree.parse(path).getroot().findall(".//testcase")
        except (OSError, xml.etree.ElementTree.ParseError):
            pass
    if not cases:
        return None
    failed = [f"{case.get('classname')}.{case.get('name')}" for case in cases if case.find("failure") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    return {"tests": len(cases), "failed": failed, "skipped": len(skipped)}


def main():
    work, out, mode = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    steps = read_steps(work / "steps.tsv")
    passed = bool(steps) and all(step["result"] != "failed" for step in steps)
    machine = read_json(work / "device.json") or {}
    document = {
        "schema": {"name": "actscope.gpu_check", "version": "1.0"},
        "mode": mode,
        "passed": passed,
        "steps": steps,
        "device": machine.get("device"),
        "versions": machine.get("versions"),
        "tests": read_tests([work / "tests.xml", work / "allocations.xml"]),
        "runs": [run for run in map(read_json, sorted(work.glob("run_*.json"))) if run],
        "trace": read_json(work / "trace.json"),
        "stream": read_json(work / "stream.json"),
        "timing": read_json(work / "timing.json") or [],
    }
    text = json.dumps(document, indent=2) + "\n"
    (out / "gpu_check.json").write_text(text, encoding="utf-8")
    for step in steps:
        reason = f" [{step['reason']}]" if "reason" in step else ""
        print(f"{step['result']:>8}  {step['name']} ({step['elapsed_s']} s){reason}")
    print(f"gpu_check: {'passed' if passed else 'FAILED'}; see {out / 'gpu_check.json'} "
          f"and {out / 'gpu_check.log'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
