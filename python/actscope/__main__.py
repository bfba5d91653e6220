# SPDX-License-Identifier: Apache-2.0
"""python -m actscope: records a training script without a change to it, and gates it."""

import argparse
import os
import pathlib
import runpy
import sys
import tempfile
import traceback

from . import __version__
from .errors import FolderError, ReportError
from .gate import gate
from .record import LEVELS, record
from .report import Report

DONE, USAGE, INVALID_INPUT, ENVIRONMENT, RUN_FAILED, INTERRUPTED = 0, 2, 3, 4, 6, 130

_EPILOG = """examples:
  python -m actscope record -o runs/a train.py --epochs 1
  python -m actscope ledger train.py
  python -m actscope gate --baseline ci/base.json -- train.py

exit codes: 0 done, or the gate passed; 1 regressed; 2 usage; 3 a report is missing or broken;
4 the folder cannot be used; 6 the script failed; 130 stopped from the keyboard"""


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m actscope", description=__doc__.split(": ", 1)[1], epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="version", version=f"actscope {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name, text):
        one = commands.add_parser(name, help=text, description=text, epilog=_EPILOG,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
        one.add_argument("--level", choices=LEVELS, default="ledger", help="what is recorded (default: %(default)s)")
        one.add_argument("-m", dest="module", action="store_true", help="the script is the name of a module")
        one.add_argument("--force", action="store_true", help="start over in the folder of an earlier recording")
        return one

    recording = command("record", "runs a training script and leaves a report of it in a folder")
    recording.add_argument("-o", "--out", required=True, metavar="DIR", help="the folder")
    command("ledger", "runs a training script and prints what one step of it keeps for backward")
    judging = command("gate", "runs a training script and judges it against a baseline")
    judging.add_argument("--baseline", required=True, metavar="PATH", help="a report file or the folder of a run")
    judging.add_argument("--policy", metavar="FILE", help="an actscope.policy document: margins, waivers")
    judging.add_argument("--record", action="store_true", help="make this run the baseline, and exit 0")
    judging.add_argument("-o", "--out", metavar="DIR", help="keep the report in this folder")
    for one in commands.choices.values():
        one.add_argument("script", help="the script, then its own arguments")
        one.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _run(script, arguments, is_module):
    """Runs a script as ``python script arguments`` would."""
    sys.argv = [script, *arguments]
    if is_module:
        sys.path.insert(0, os.getcwd())
        runpy.run_module(script, run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, str(pathlib.Path(script).resolve().parent))
        runpy.run_path(script, run_name="__main__")


def _record(options, folder):
    """Runs the script under a recording; returns an exit code."""
    if not options.module and not pathlib.Path(options.script).is_file():
        return _refuse(f"no such script: {options.script}", USAGE)
    code = DONE
    recording = record(folder, options.level, force=options.force)
    try:
        with recording:
            _run(options.script, options.arguments, options.module)
    except SystemExit as end:
        code = DONE if end.code in (None, 0) else RUN_FAILED
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except FolderError as error:
        return _refuse(str(error), ENVIRONMENT)
    except Exception as error:
        if recording.report is None and isinstance(error, RuntimeError) and str(error).startswith("no training step was seen"):
            return _refuse(str(error), RUN_FAILED)
        traceback.print_exc()
        code = RUN_FAILED
    if code == RUN_FAILED:
        print("actscope: the script failed", file=sys.stderr)
    if recording.report is None:
        return _refuse("no training step was seen: nothing was recorded", code or RUN_FAILED)
    return code


def _refuse(text, code):
    print(f"actscope: {text}", file=sys.stderr)
    return code


def main(arguments=None):
    """Returns an exit code."""
    options = _parser().parse_args(arguments)
    if options.arguments[:1] == ["--"]:
        options.arguments = options.arguments[1:]
    if options.command == "record":
        code = _record(options, options.out)
        if code in (DONE, RUN_FAILED, INTERRUPTED) and pathlib.Path(options.out, "report.json").exists():
            print(f"actscope: recorded in {options.out}", file=sys.stderr)
        return code
    with tempfile.TemporaryDirectory() as temporary:
        folder = getattr(options, "out", None) or os.path.join(temporary, "run")
        code = _record(options, folder)
        if not os.path.exists(os.path.join(folder, "report.json")):
            return code
        if options.command == "ledger":
            ledger = Report.load(folder).ledger
            print(ledger if ledger else "no step's graph was read")
            return code
        return code if code == INTERRUPTED else _gate(options, folder)


def _gate(options, folder):
    baseline = pathlib.Path(options.baseline)
    try:
        if options.record and not baseline.exists():
            baseline.parent.mkdir(parents=True, exist_ok=True)
            baseline.write_text(pathlib.Path(folder, "report.json").read_text(encoding="utf-8"), encoding="utf-8")
        verdict = gate(baseline, folder, options.policy)
        print(verdict)
        if options.record and verdict.verdict != "failed":
            baseline = baseline / "report.json" if baseline.is_dir() else baseline
            baseline.write_text(pathlib.Path(folder, "report.json").read_text(encoding="utf-8"), encoding="utf-8")
            return DONE
        return verdict.code
    except ReportError as error:
        return _refuse(str(error), INVALID_INPUT)
    except OSError as error:
        return _refuse(f"cannot write {baseline} [{error.strerror}]", ENVIRONMENT)


if __name__ == "__main__":
    sys.exit(main())
