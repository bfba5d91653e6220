# SPDX-License-Identifier: Apache-2.0
"""Plans how a model keeps what it saves for backward, so that a step fits a budget and takes the least time."""

import math
import numbers
import statistics

import torch

from . import _offload
from ._budget import Budget
from ._packing import LEAST_BYTES, least_bytes_of
from ._planner import Planner, bytes_within, way_text
from ._trials import Trials
from .apply import WAYS
from .compression import _one_of
from .errors import ReportError
from .ledger import UNPLACED
from .module_plan import SCHEMA, Plan
from .tables import bytes_text

USUAL_WAYS = ("keep", "int4", "int8", "recompute", "offload")
USUAL_ERROR = 0.25
FIGURES = ("peak", "kept")


def plan(model, inputs=(), loss=None, *, budget, of="peak", ways=None, error=USUAL_ERROR, least_bytes=LEAST_BYTES, rounds=3):
    """Finds for each module of a model how to keep what it saves; returns a ``Plan`` for ``apply``.

    inputs, loss  as ``actscope.ledger`` takes them; ``inputs`` may be a function that calls the model and returns the loss
    budget        bytes as a whole number or a text, '6GiB', '500 MiB', '2GB', or a share of what the plain model takes, '50%'
    of            what the budget limits: 'peak', the most that forward and backward hold at once above what was there
                  before (so without parameters, optimizer and batch; with gradients); or 'kept', what is kept for backward
    ways          to choose among: 'keep', 'int4', 'int8', 'bf16', 'recompute', and 'offload' on a CUDA device; without them
                  all of these but 'bf16'
    error         the most by which the gradient may differ from plain, relative, in this step; None: any
    least_bytes   tensors that are smaller are not packed
    rounds        pairs of steps that each way is timed with

    Each way is tried on the model itself: bytes by a ledger, the peak by the allocator, the gradient's error and the time
    against plain steps. Repeated modules are tried together. Then the least time is chosen that the budget allows, and
    the choice is tried as well: where it takes more than was predicted it is made again. No parameter, ``grad``, buffer,
    generator, flag or hook of the model is changed, also where an error is raised. It costs about three steps for each
    way that is tried and two more for each further round; a budget above what the plain model takes costs five.

    Raises ValueError: the budget cannot be reached (the error says what can), or an argument is wrong; TypeError; and
    whatever a plain step raises.
    """
    limit = Budget(budget)
    _one_of("of", of, FIGURES)
    least_bytes = least_bytes_of(least_bytes)
    error = _checked_error(error)
    if isinstance(rounds, bool) or not isinstance(rounds, numbers.Integral) or rounds < 1:
        raise ValueError(f"rounds is no whole number from 1 [got {rounds!r}]: give 3")
    _require_plannable(model)
    ways, notes = _checked_ways(ways, model)
    with Trials(model, inputs, loss, least_bytes) as trials:
        planner = Planner(trials, ways, limit, of, error, int(rounds))
        tried = planner.find()
        pairs = trials.time(tried.trial.ways, int(rounds) if tried.trial.ways else 1)
        plain_s, ratio = statistics.median(p for p, _ in pairs), statistics.median(ours / p for p, ours in pairs)
        return Plan(_document_of(planner, tried, plain_s, ratio if tried.trial.ways else 1.0, notes))


def _checked_error(error):
    if error is None:
        return None
    if isinstance(error, bool) or not isinstance(error, numbers.Real):
        raise TypeError(f"error is no number [got {error!r}]: give the most that the gradient may differ, as 0.1, or None")
    if not error >= 0:
        raise ValueError(f"error is negative or no number [got {error!r}]: give the most that the gradient may differ, as 0.1")
    return None if math.isinf(error) else float(error)


def _require_plannable(model):
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"not a torch.nn.Module [got {type(model).__name__}]: give the model")
    kind = type(model).__name__
    if kind in ("DistributedDataParallel", "DataParallel"):
        raise ValueError(f"the model is a {kind}, which reduces gradients: plan and apply to the module inside it (.module)")
    if kind == "FullyShardedDataParallel" or any(base.__name__ == "FSDPModule" for base in type(model).__mro__):
        raise ValueError(f"the model is a {kind}, whose parameters are sharded: plan and apply before they are")
    if kind == "OptimizedModule":
        raise ValueError("the model is compiled, and compiled code keeps what the compiler says: plan it before torch.compile")


def _checked_ways(ways, model):
    is_given = ways is not None
    ways = USUAL_WAYS if ways is None else (ways,) if isinstance(ways, str) else ways
    try:
        ways = tuple(dict.fromkeys(_one_of("way", way, WAYS) for way in ways))
    except TypeError as error:
        raise TypeError(f"ways is no list of ways [got {ways!r}]: give some of {', '.join(WAYS)}") from error
    notes = []
    if "offload" in ways:
        try:
            _offload.require_device([*model.parameters(), *model.buffers()])
        except ValueError:
            if is_given:
                raise
            ways = tuple(way for way in ways if way != "offload")
            notes.append("Nothing is offloaded: the model lies on the CPU.")
    return ways, notes


def _document_of(planner, tried, plain_s, ratio, notes):
    plain, best = planner.plain, tried.trial
    predicted = _predicted(planner, best) | {"peak_bytes": tried.peak_bytes}
    return {
        "schema": dict(SCHEMA), "model": type(planner.trials.model).__name__, "device": planner.trials.step.device,
        "ways": dict(best.ways), "least_bytes": planner.trials.least_bytes,
        "budget": {"bytes": planner.most_bytes, "of": planner.of, "error": planner.most_error},
        "plain": {"kept_bytes": plain.kept_bytes, "peak_bytes": plain.peak_bytes, "step_ms": 1e3 * plain_s},
        "predicted": predicted,
        "measured": {"kept_bytes": best.kept_bytes, "peak_bytes": best.peak_bytes, "step_ms": 1e3 * plain_s * ratio,
                     "error": best.error},
        "rows": list(_rows(planner, best)), "candidates": [_candidate_row(candidate) for candidate in planner.candidates],
        "notes": notes}


def _chosen_of(planner, group, ways):
    """(names, way by parts, its candidate or None) of runs of modules of a group that have one way."""
    runs = []
    by_way = {way_text(c.way): c for c in planner.candidates if c.group is group}
    for number, name in enumerate(group.names):
        way = {"": ways.get(name, "keep")}
        for part in group.parts:
            inside = ways.get(f"{name}.{part}" if name else part)
            if inside is not None and group.name:
                way[part] = inside
        if not runs or runs[-1][1] != way:
            runs.append(([], way, by_way.get(way_text(way))))
        runs[-1][0].append(name)
    return runs


def _rows(planner, best):
    for group in planner.groups:
        for names, way, candidate in _chosen_of(planner, group, best.ways):
            before = planner.plain_bytes_of(names)
            after = bytes_within(best.ledger, names, planner.groups)
            share = len(names) / group.count
            is_kept = candidate is None
            if is_kept and before == after == 0:
                continue
            yield {"module": _name_of(group, names), "modules": len(names), "kind": group.kind, "way": way_text(way),
                   "before_bytes": before, "after_bytes": after,
                   "extra_ms": 0.0 if is_kept else 1e3 * candidate.trial.extra_s * share,
                   "error": 0.0 if is_kept else candidate.trial.error * math.sqrt(share),
                   "reason": _reason(planner, group, candidate)}
    outside = planner.plain.ledger.bytes_by_module.get(UNPLACED, 0)
    after = best.ledger.bytes_by_module.get(UNPLACED, 0)
    if outside or after:
        yield {"module": UNPLACED, "modules": 0, "kind": "", "way": "keep", "before_bytes": outside, "after_bytes": after,
               "extra_ms": 0.0, "error": 0.0, "reason": "the loss and code around the model, which a plan does not reach"}


def _name_of(group, names):
    if len(names) == group.count:
        return group.name or f"(the rest of {group.kind})"
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"


def _reason(planner, group, candidate):
    if candidate is None:
        return planner.why_kept.get(group.name, "the budget does not need it" if planner.candidates else "all fits as it is")
    saved = f"saves {bytes_text(round(candidate.saved_bytes / group.count))}"
    each = " each" if group.count > 1 else ""
    return f"{saved} for {1e3 * candidate.trial.extra_s / group.count:.2g} ms{each}"


def _predicted(planner, best):
    kept, extra, error2 = planner.plain.kept_bytes, 0.0, 0.0
    for group in planner.groups:
        for names, _, candidate in _chosen_of(planner, group, best.ways):
            if candidate is not None:
                share = len(names) / group.count
                kept -= candidate.saved_bytes * share
                extra += candidate.trial.extra_s * share
                error2 += candidate.trial.error ** 2 * share
    return {"kept_bytes": round(kept), "extra_ms": 1e3 * extra, "error": math.sqrt(error2)}


def _candidate_row(candidate):
    trial = candidate.trial
    return {"module": candidate.group.name or f"(the rest of {candidate.group.kind})", "modules": candidate.group.count,
            "way": candidate.text, "saved_bytes": candidate.saved_bytes, "peak_bytes": trial.peak_bytes,
            "extra_ms": None if trial.extra_s is None else 1e3 * trial.extra_s,
            "error": trial.error if math.isfinite(trial.error) else None, "note": candidate.note}


