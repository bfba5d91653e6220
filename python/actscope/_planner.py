# SPDX-License-Identifier: Apache-2.0
"""Finds for each part of a model a way of keeping so that a step is as short as a budget lets it be."""

import dataclasses
import math
import statistics

from ._choice import Option, choose
from ._units import Calls, groups_of
from .ledger import UNPLACED
from .tables import bytes_text

LEAST_SHARE = 0.01  # of what is kept: a group with less stays as it is
MIXED_SHARE = 0.2  # a group with more is also tried in mixed ways
LEAST_SAVING = 0.005  # of what is kept: a way that saves less is not timed
MUCH_SLOWER, LEAST_EXTRA = 1.5, 0.05  # than another way, and of a plain step: for what is timed once alone
MOST_PARTS = 2  # of a module that mixed ways treat on their own
MOST_ROUNDS = 6  # of choice and trial
EXACT = 1e-3  # the error of a way that ought to have none, by which rounding is told from a mistake
ORIGINAL = {"": "keep"}


@dataclasses.dataclass
class Candidate:
    """A way for every module of a group, tried on all of them at once; ``way``: by parts, as ``Group.ways_of`` takes it."""

    group: object
    way: dict
    trial: object
    saved_bytes: int = 0  # of the whole group
    note: str = ""  # why it is not chosen

    @property
    def text(self):
        return way_text(self.way)

    @property
    def transient_bytes(self):
        """What a step needs beside what it keeps."""
        return self.trial.peak_bytes - self.trial.kept_bytes

    def option(self, most_saved):
        """One module's, for ``choose``: bytes above what the best way leaves."""
        count = self.group.count
        return Option(math.ceil((most_saved - self.saved_bytes) / count), round(self.trial.extra_s / count * 1e9),
                      self.trial.error ** 2 / count)


@dataclasses.dataclass
class Tried:
    """Ways for the whole model that were tried, with the time above plain and the peak that were predicted."""

    trial: object
    extra_s: float
    peak_bytes: int


def way_text(way):
    """``{"": "int4", "mlp": "recompute"}`` as "int4, mlp recompute"."""
    return ", ".join(f"{part} {each}" if part else each for part, each in way.items())


class Planner:
    """One search. ``of``: 'peak' or 'kept'; ``most_error``: of the gradient, relative, or None."""

    def __init__(self, trials, ways, budget, of, most_error, rounds):
        self.trials, self.ways, self.budget, self.of = trials, ways, budget, of
        self.most_error, self.rounds = most_error, rounds
        self.candidates, self.why_kept = [], {}

    def find(self):
        """Returns the best that was tried and keeps the budget, a ``Tried``."""
        with Calls(self.trials.model) as calls, self.trials.step.unchanged():
            self.trials.step.forward()
        self.groups = groups_of(self.trials.model, calls)
        self.plain = self.trials.try_plain()
        self.most_bytes = self.budget.bytes_of(self._figure(self.plain))
        if self._figure(self.plain) <= self.most_bytes:
            return Tried(self.plain, 0.0, self.plain.peak_bytes)
        self._try_groups(calls)
        return self._choose()

    def _figure(self, trial):
        return trial.peak_bytes if self.of == "peak" else trial.kept_bytes

    def plain_bytes_of(self, names):
        """What the modules of these names and those inside them keep, by first holders."""
        return bytes_within(self.plain.ledger, names, self.groups)

    # ---- Trials of one group at a time

    def _try_groups(self, calls):
        for group in self.groups:
            kept = self.plain_bytes_of(group.names)
            share = kept / max(self.plain.kept_bytes, 1)
            if share < LEAST_SHARE:
                self.why_kept[group.name] = f"keeps {100 * share:.1f} % of all: not tried"
                continue
            found = []
            for way in self._ways_of(group, share, calls):
                candidate = self._try(group, way)
                self.candidates.append(candidate)
                if not candidate.note:
                    found.append(candidate)
            if not found:
                self.why_kept[group.name] = "no way saves anything here"

    def _ways_of(self, group, share, calls):
        stores = [way for way in self.ways if way not in ("keep", "recompute")]
        yield from ({"": store} for store in stores)
        if group.name == "" or "recompute" not in self.ways:
            return
        yield {"": "recompute"}
        if share < MIXED_SHARE:
            return
        weights = {part: self.plain_bytes_of([self._within(group, part)]) * group.count for part in group.parts}
        whole = self.plain_bytes_of(group.names)
        heavy = sorted((part for part in group.parts if self._is_composite(group, part) and weights[part] > whole / 10),
                       key=weights.get, reverse=True)
        for part in heavy[:MOST_PARTS]:
            yield {"": "keep", part: "recompute"}
            for store in stores:
                yield {"": store, part: "recompute"}
                yield {"": "keep", part: store}

    @staticmethod
    def _within(group, part):
        return f"{group.names[0]}.{part}" if group.names[0] else part

    def _is_composite(self, group, part):
        return any(True for _ in self.trials.model.get_submodule(self._within(group, part)).children())

    def _try(self, group, way):
        trial = self.trials.try_ways(self._assigned({group.name: [way] * group.count}))
        candidate = Candidate(group, way, trial)
        if trial.failure:
            candidate.note = trial.failure
            return candidate
        candidate.saved_bytes = self.plain.kept_bytes - trial.kept_bytes
        is_exact = not any(each in ("int4", "int8", "bf16") for each in way.values())
        if candidate.saved_bytes < LEAST_SAVING * self.plain.kept_bytes:
            candidate.note = "saves nothing to speak of"
        elif not math.isfinite(trial.error):
            candidate.note = "its gradient is not finite"
        elif is_exact and trial.error > max(EXACT, 2 * self.trials.noise):
            candidate.note = "changes the gradient here, and ought not to"
        elif self.most_error is not None and trial.error > self.most_error:
            candidate.note = f"its error is above {self.most_error:g}"
        else:
            trial.error = 0.0 if is_exact else trial.error
            self._time(candidate)
        return candidate

    # In full only where the first pair does not show that another way saves more in much less time.
    def _time(self, candidate):
        trial = candidate.trial
        pairs = self.trials.time(trial.ways, 1)
        better = [other for other in self.candidates if other.group is candidate.group and not other.note
                  and other.saved_bytes >= candidate.saved_bytes and other.trial.error <= trial.error]
        trial.extra_s = _extra_of(pairs)
        fastest = min(better, key=lambda other: other.trial.extra_s, default=None)
        if fastest is not None and trial.extra_s > MUCH_SLOWER * fastest.trial.extra_s + LEAST_EXTRA * pairs[0][0]:
            candidate.note = f"slower than {fastest.text}, which saves more"
            return
        trial.extra_s = _extra_of(pairs + self.trials.time(trial.ways, self.rounds - 1))

    # Ways by names of modules, from a list of ways for each group.
    def _assigned(self, of_groups):
        ways = {}
        root = of_groups.get("", [ORIGINAL])[0]
        if root != ORIGINAL:
            ways.update(root)
        for group in self.groups[:-1]:
            for number, way in enumerate(of_groups.get(group.name, [ORIGINAL] * group.count)):
                if way != ORIGINAL or root != ORIGINAL:
                    ways.update(group.ways_of(number, way))
        return ways

    # ---- Choice

    def _choose(self):
        usable = [candidate for candidate in self.candidates if not candidate.note]
        self.options = {}
        for group in self.groups:
            mine = [candidate for candidate in usable if candidate.group is group]
            if mine:
                self.options[group.name] = [Candidate(group, ORIGINAL, self.plain), *mine]
        self.tried = {_key(candidate.trial.ways): Tried(candidate.trial, candidate.trial.extra_s, candidate.trial.peak_bytes)
                      for candidate in usable}
        peak_over, kept_over = self.plain.peak_bytes - self.plain.kept_bytes, 0
        most_error2 = None if self.most_error is None else self.most_error ** 2
        seen = set()
        for _ in range(MOST_ROUNDS):
            chosen = self._chosen(self.most_bytes - (peak_over if self.of == "peak" else kept_over), most_error2)
            if chosen is None:
                chosen = self._uniform(lambda candidate: candidate.trial.kept_bytes)
            key = _key(self._assigned_of(chosen))
            trial = self._try_chosen(chosen, peak_over)
            if trial.failure or key in seen:
                break
            seen.add(key)
            # What this choice took beside its prediction is held in reserve for the next.
            predicted = self._predicted_kept(chosen)
            peak_over, kept_over = trial.peak_bytes - predicted, trial.kept_bytes - predicted
            if most_error2 and trial.error > self.most_error:
                most_error2 *= 0.9 * (self.most_error / trial.error) ** 2
        return self._best() or self._best_of_least()

    def _chosen(self, most_bytes, most_error2):
        parts = [(candidates[0].group.count, [c.option(self._most_saved(name)) for c in candidates])
                 for name, candidates in self.options.items()]
        least = self.plain.kept_bytes - sum(map(self._most_saved, self.options))
        picked = choose(parts, most_bytes - least, most_error2) if most_bytes >= least else None
        if picked is None:
            return None
        return {name: [candidates[index] for index in indices]
                for (name, candidates), indices in zip(self.options.items(), picked)}

    def _most_saved(self, name):
        return max(candidate.saved_bytes for candidate in self.options[name])

    def _uniform(self, key):
        return {name: [min(candidates, key=key)] * candidates[0].group.count for name, candidates in self.options.items()}

    # Those that need most beside what they keep come first in a group: in backward their turn is last, when least is kept.
    def _assigned_of(self, chosen):
        return self._assigned({name: [c.way for c in sorted(candidates, key=lambda c: -c.transient_bytes)]
                               for name, candidates in chosen.items()})

    def _predicted_kept(self, chosen):
        return self.plain.kept_bytes - round(sum(c.saved_bytes / c.group.count for each in chosen.values() for c in each))

    def _try_chosen(self, chosen, peak_over):
        ways = self._assigned_of(chosen)
        if _key(ways) not in self.tried:
            extra = sum(c.trial.extra_s / c.group.count for each in chosen.values() for c in each)
            self.tried[_key(ways)] = Tried(self.trials.try_ways(ways), extra, self._predicted_kept(chosen) + peak_over)
        return self.tried[_key(ways)].trial

    # ---- The end

    def _fits(self, trial):
        has_error = self.most_error is None or trial.error <= self.most_error
        return not trial.failure and has_error

    def _best(self):
        """The ``Tried`` of least time that keeps the limits, or None."""
        fitting = [tried for tried in self.tried.values()
                   if self._fits(tried.trial) and self._figure(tried.trial) <= self.most_bytes]
        return min(fitting, key=lambda one: (one.extra_s, one.trial.error, self._figure(one.trial)), default=None)

    # What does not depend on the budget: so the least that is named here is reached when it is asked for.
    def _best_of_least(self):
        least = [self.plain, *(c.trial for c in self.candidates if not c.note)]
        over = self.plain.peak_bytes - self.plain.kept_bytes
        least += [self._try_chosen(self._uniform(key), over)
                  for key in (lambda c: c.trial.kept_bytes, lambda c: c.trial.peak_bytes) if self.options]
        best = self._best()
        if best is not None:
            return best
        reached = min((trial for trial in least if self._fits(trial)), key=self._figure)
        size = self._figure(reached)
        what = "a step's peak above what is there before" if self.of == "peak" else "kept for backward"
        limit = "" if self.most_error is None else f" with error={self.most_error:g}"
        raise ValueError(f"the budget is below the least that any way reaches{limit} [{bytes_text(self.most_bytes)} asked, "
                         f"{bytes_text(size)} reached of {bytes_text(self._figure(self.plain))} plain, {what}]: "
                         f"give {size} bytes or more")


def _key(ways):
    return tuple(sorted(ways.items()))


def _extra_of(pairs):
    plain = statistics.median(pair[0] for pair in pairs)
    return max(0.0, statistics.median(ours / its for its, ours in pairs) - 1) * plain


def bytes_within(ledger, names, groups):
    """What a ledger attributes to modules of these names with all inside them; "" is what no other group has."""
    if list(names) == [""]:
        others = [name for group in groups for name in group.names if name]
        return sum(size for module, size in ledger.bytes_by_module.items()
                   if not _is_within(module, others) and module != UNPLACED)
    return sum(size for module, size in ledger.bytes_by_module.items() if _is_within(module, names))


def _is_within(module, names):
    return any(module == name or module.startswith(name + ".") for name in names)
