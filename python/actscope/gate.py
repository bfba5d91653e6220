# SPDX-License-Identifier: Apache-2.0
"""Judges a recorded run against a baseline, as ``actscope gate`` does."""

import datetime

import torch

from .errors import ReportError, text_of
from .report import Report

PASSED, REGRESSED, FAILED = 0, 1, 6


class Verdict:
    """What the gate says. ``code`` is the exit code of ``actscope gate``: 0 passed, 1 regressed, 6 the run failed."""

    def __init__(self, text, document, verdict):
        self.text, self.document, self.verdict = text, document, verdict
        self.code = {"failed": FAILED, "regressed": REGRESSED}.get(verdict, PASSED)

    def __bool__(self):
        return self.code == PASSED

    def __str__(self):
        return self.text

    __repr__ = __str__


def gate(baseline, candidate, policy=None):
    """Judges one run against another: bytes exactly, learning by its limits; returns a ``Verdict``.

    baseline, candidate  a report file, the folder of a run, or a ``Report``
    policy               a file of kind ``actscope.policy``: margins and waivers

    Raises ReportError: a file is missing, damaged or no run.
    """
    baseline, candidate = (one if isinstance(one, Report) else Report.load(one) for one in (baseline, candidate))
    rules = text_of(policy, "the policy ") if policy else ""
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    try:
        return Verdict(*torch.ops.actscope.gate_runs(
            baseline.path.read_text(encoding="utf-8"), str(baseline.path), candidate.path.read_text(encoding="utf-8"),
            str(candidate.path), rules, str(policy or ""), today))
    except RuntimeError as error:
        raise ReportError(str(error).split("\n")[0]) from error
