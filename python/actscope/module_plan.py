# SPDX-License-Identifier: Apache-2.0
"""A plan of how each module of a model keeps what it saves: shown, written, read and checked."""

import json
import math
import pathlib

from .apply import WAYS
from .errors import ReportError, text_of
from .tables import Accounted, Table, bytes_text

SCHEMA = {"name": "actscope.module_plan", "version": "1.0.0"}
_NUMBER = (int, float)
_ROW = {"module": str, "modules": int, "kind": str, "way": str, "before_bytes": int, "after_bytes": int, "extra_ms": _NUMBER,
        "error": _NUMBER, "reason": str}
_CANDIDATE = {"module": str, "modules": int, "way": str, "saved_bytes": int, "peak_bytes": int,
              "extra_ms": (*_NUMBER, type(None)), "error": (*_NUMBER, type(None)), "note": str}
_FIELDS = {
    "model": str, "device": str, "ways": dict, "least_bytes": int,
    "budget": {"bytes": int, "of": str, "error": (*_NUMBER, type(None))},
    "plain": {"kept_bytes": int, "peak_bytes": int, "step_ms": _NUMBER},
    "predicted": {"kept_bytes": int, "peak_bytes": int, "extra_ms": _NUMBER, "error": _NUMBER},
    "measured": {"kept_bytes": int, "peak_bytes": int, "step_ms": _NUMBER, "error": _NUMBER},
    "rows": [_ROW], "candidates": [_CANDIDATE], "notes": [str]}
_OF = {"peak": "a step's peak above what is there before", "kept": "what is kept for backward"}


class Plan(Accounted):
    """What ``actscope.plan`` found; ``actscope.apply`` obeys it. Print it.

    ways                        names of modules, each with how it keeps what it saves: 'keep', 'int4', 'int8', 'bf16',
                                'recompute' or 'offload'. A way holds for all inside a module that has no own
    plain, predicted, measured  dicts: kept_bytes, peak_bytes and step_ms (extra_ms in the prediction), error
    budget_bytes, of            the budget and what it limits: 'peak' or 'kept'
    """

    def __init__(self, document):
        self.document = document
        self.ways, self.least_bytes = document["ways"], document["least_bytes"]
        self.plain, self.predicted, self.measured = (document[name] for name in ("plain", "predicted", "measured"))
        self.budget_bytes, self.of = document["budget"]["bytes"], document["budget"]["of"]

    @property
    def rows(self):
        """A list of dicts, one for each run of equal modules that have one way."""
        return self.document["rows"]

    @property
    def table(self):
        return Table(("module", "modules", "way", "before_bytes", "after_bytes", "ms", "error", "reason"),
                     [(row["module"], row["modules"], row["way"], row["before_bytes"], row["after_bytes"],
                       _digits(row["extra_ms"]), _digits(row["error"]), row["reason"]) for row in self.rows])

    @property
    def candidates(self):
        """A table of every way that was tried on all modules of a group at once, and why it could not be chosen."""
        return Table(("module", "modules", "way", "saved_bytes", "peak_bytes", "ms", "error", "note"),
                     [(row["module"], row["modules"], row["way"], row["saved_bytes"], row["peak_bytes"],
                       _digits(row["extra_ms"]), _digits(row["error"]), row["note"]) for row in self.document["candidates"]])

    def to_pandas(self):
        """The rows as a ``pandas.DataFrame``."""
        import pandas

        return pandas.DataFrame(self.rows)

    def to_json(self, path=None):
        """The plan as text; with a path it is written there as well. ``Plan.from_json`` reads it in a later run."""
        text = json.dumps(self.document, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
        if path is not None:
            pathlib.Path(path).write_text(text, encoding="utf-8")
        return text

    @classmethod
    def from_json(cls, path):
        """Reads a plan that ``to_json`` wrote. Raises ReportError: not there, not readable, or no plan of modules."""
        text = text_of(path)
        try:
            document = json.loads(text, parse_constant=_refuse_constant)
            _check(document)
        except (ValueError, RecursionError) as error:
            why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
            raise ReportError(f"{path} is no plan of modules [{why}]: make one with actscope.plan") from error
        return cls(document)

    def _account(self):
        budget = self.document["budget"]
        limit = "" if budget["error"] is None else f", gradient's error at most {budget['error']:g}"
        yield f"Budget: {bytes_text(self.budget_bytes)} of {_OF[self.of]}{limit}."
        yield (f"Peak {_three(self, 'peak_bytes')}; kept for backward {_three(self, 'kept_bytes')}.")
        plain, ours = self.plain["step_ms"], self.measured["step_ms"]
        ratio = ours / plain if plain else 1.0
        yield (f"A step takes {ours:.4g} ms instead of {plain:.4g}: {ratio:.2f} times "
               f"({1 + self.predicted['extra_ms'] / plain if plain else 1:.2f} predicted); "
               f"the gradient differs by {self.measured['error']:.2g} of its norm.")
        yield from self.document["notes"]


def _three(plan, figure):
    plain, predicted, measured = (bytes_text(part[figure]) for part in (plan.plain, plan.predicted, plan.measured))
    return f"{measured} instead of {plain} ({predicted} predicted)"


def _digits(value):
    return "" if value is None else f"{value:.2g}" if value else "0"


def _refuse_constant(name):
    raise ValueError(f"it has {name} for a number")


def _check(document):
    if not isinstance(document, dict):
        raise ValueError("it is no object")
    schema = document.get("schema")
    if not isinstance(schema, dict) or schema.get("name") != SCHEMA["name"]:
        raise ValueError(f"its schema is not {SCHEMA['name']}")
    version = schema.get("version")
    if not isinstance(version, str) or version.split(".")[0] != SCHEMA["version"].split(".")[0]:
        raise ValueError(f"its version is {version!r}, and {SCHEMA['version']} is read here")
    _check_fields(document, _FIELDS, "")
    for name, way in document["ways"].items():
        if not isinstance(way, str) or way not in WAYS:
            raise ValueError(f"the way of {name!r} is {way!r} and not one of {', '.join(WAYS)}")
    if document["budget"]["of"] not in _OF:
        raise ValueError(f"budget.of is {document['budget']['of']!r}")
    if document["least_bytes"] < 0:
        raise ValueError("least_bytes is negative")


def _check_fields(value, wanted, where):
    for name, kind in wanted.items():
        path = f"{where}.{name}" if where else name
        if name not in value:
            raise ValueError(f"{path} is missing")
        _check_value(value[name], kind, path)


def _check_value(value, kind, path):
    if isinstance(kind, dict):
        _require(isinstance(value, dict), path)
        _check_fields(value, kind, path)
    elif isinstance(kind, list):
        _require(isinstance(value, list), path)
        for index, one in enumerate(value):
            _check_value(one, kind[0], f"{path}[{index}]")
    else:
        is_number_wanted = kind is int or (isinstance(kind, tuple) and int in kind)
        _require(isinstance(value, kind) and not (is_number_wanted and isinstance(value, bool)), path)
        _require(not isinstance(value, float) or math.isfinite(value), path)
        _require(not (is_number_wanted and isinstance(value, int)) or abs(value) < 2**63, path)


def _require(is_right, path):
    if not is_right:
        raise ValueError(f"{path} has a wrong value")


__all__ = ["Plan"]
