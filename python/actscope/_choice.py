# SPDX-License-Identifier: Apache-2.0
"""Which way each of some parts is kept, so that the extra time is least under a limit of bytes and one of error."""

import bisect
import dataclasses

MOST_LABELS = 1000
MOST_CELLS = (4096, 256)  # of bytes and error: where there are more labels, one of each cell stays
_ERRORS = 2**40  # squares of errors are counted in these parts of the limit's square
_ROUNDING = 2**10  # of them are left to rounding, 1e-9 of the limit


@dataclasses.dataclass(frozen=True)
class Option:
    """A way to keep one part: its bytes, its extra time (ns) and the square of its error."""

    bytes: int
    time_ns: int
    error2: float = 0.0


def choose(parts, most_bytes, most_error2=None):
    """The index of an option for each part, or None where no choice keeps both limits.

    parts  a list of (count, options): so many equal parts; the result has a sorted list of ``count`` indices for each

    The least sum of times; among equal times the least error, then the least bytes. It is exact (labels that no other
    label is better than, a Lagrangian bound) while no more than 1,000 labels stay; beyond, of those that are much alike the
    fastest stays. The limits always hold. Cost: about parts · labels · options.
    """
    parts = [(count, _worth_having(options)) for count, options in parts]
    unit = None if not most_error2 else most_error2 / _ERRORS
    tables = [(count, [(index, option.bytes, option.time_ns, _error_units(option.error2, unit, most_error2))
                       for index, option in options if _error_units(option.error2, unit, most_error2) is not None])
              for count, options in parts]
    if any(count and not options for count, options in tables):
        return None
    return _Search(tables, most_bytes, _ERRORS + _ROUNDING if unit else 0).result()


# None where one part alone is above the limit. Without a limit errors do not count.
def _error_units(error2, unit, most_error2):
    if error2 == 0:
        return 0
    if most_error2 is None:
        return 0
    return None if unit is None or error2 > most_error2 else max(round(error2 / unit), 1)


# Options that no other option beats in everything, with their indices.
def _worth_having(options):
    kept = []
    for index, option in enumerate(options):
        mine = (option.bytes, option.time_ns, option.error2)
        others = [(o.bytes, o.time_ns, o.error2) for o in options]
        is_beaten = any(all(a <= b for a, b in zip(other, mine)) and (other != mine or number < index)
                        for number, other in enumerate(others))
        if not is_beaten:
            kept.append((index, option))
    return kept


class _Search:
    """Labels (bytes, error) -> (time, choices) over the parts one by one."""

    def __init__(self, tables, most_bytes, most_error):
        self.tables, self.most_bytes, self.most_error = tables, most_bytes, most_error
        self.steps = [options for count, options in tables for _ in range(count)]
        self.best = None  # the time of a choice that keeps the limits
        self.prices = self._prices()
        # What the parts from each step on need at least.
        self.least_bytes = self._from_behind(lambda option: option[1])
        self.least_error = self._from_behind(lambda option: option[3])
        self.priced = [self._from_behind(lambda o, p=p, q=q: o[2] + p * o[1] + q * o[3]) for p, q in self.prices]

    def _from_behind(self, value):
        sums = [0]
        for options in reversed(self.steps):
            sums.append(sums[-1] + min(map(value, options)))
        return sums[::-1]

    # Any prices of a byte and of an error give a lower bound of the time: the best of a ladder, and of steps from there.
    def _prices(self):
        slowest = sum(count * max(abs(o[2]) for o in options) for count, options in self.tables) or 1
        by_bytes = [0.0] + [slowest / max(self.most_bytes, 1) * 2.0**k for k in range(-12, 13, 2)]
        by_error = [0.0] + ([slowest / self.most_error * 2.0**k for k in range(-12, 13, 4)] if self.most_error else [])
        ladder = sorted(((p, q) for p in by_bytes for q in by_error), key=self._dual, reverse=True)
        best = ladder[0]
        for factor in (2.0, 1.5, 1.2, 1.1, 1.05, 1.02, 1.01):
            p, q = best
            best = max((best, (p * factor, q), (p / factor, q), (p, q * factor), (p, q / factor)), key=self._dual)
        return [best, *ladder[:3]]

    # The bound of one pair of prices; what it chooses may keep the limits.
    def _dual(self, prices):
        p, q = prices
        sums = [0, 0, 0]
        for count, options in self.tables:
            chosen = min(options, key=lambda o: (o[2] + p * o[1] + q * o[3], o[1]))
            sums = [total + count * value for total, value in zip(sums, chosen[1:])]
        size, time, error = sums
        if size <= self.most_bytes and error <= self.most_error:
            self.best = time if self.best is None else min(self.best, time)
        return time + p * (size - self.most_bytes) + q * (error - self.most_error)

    def result(self):
        labels = {(0, 0): (0, None)}  # choices as a linked list: (index, those before)
        for number, options in enumerate(self.steps, 1):
            labels = self._pruned(self._extended(labels, options, number), number)
            if not labels:
                return None
        chain = min(labels.items(), key=lambda label: (label[1][0], label[0][1], label[0][0]))[1][1]
        chosen = []
        while chain is not None:
            index, chain = chain
            chosen.append(index)
        chosen.reverse()
        result = []
        for count, _ in self.tables:
            result.append(sorted(chosen[:count]))
            del chosen[:count]
        return result

    def _extended(self, labels, options, number):
        most_bytes, most_error = self.most_bytes - self.least_bytes[number], self.most_error - self.least_error[number]
        extended = {}
        for (size, error), (time, chain) in labels.items():
            for index, more, longer, worse in options:
                key = (size + more, error + worse)
                if key[0] > most_bytes or key[1] > most_error:
                    continue
                there = extended.get(key)
                if there is None or time + longer < there[0]:
                    extended[key] = (time + longer, (index, chain))
        return extended

    def _pruned(self, labels, number):
        front = _front(labels)
        if self.best is not None:
            front = {key: label for key, label in front.items() if self._bound(key, label[0], number) <= self.best}
        cells = MOST_CELLS
        while len(front) > MOST_LABELS:
            front = self._thinned(front, *cells)
            cells = tuple(max(count // 2, 1) for count in cells)
        return front

    # The fastest label of each cell of a grid over the limits.
    def _thinned(self, front, sizes, errors):
        size_of_cell, error_of_cell = self.most_bytes // sizes + 1, self.most_error // errors + 1
        fastest = {}
        for (size, error), label in front.items():
            cell = (size // size_of_cell, error // error_of_cell)
            if cell not in fastest or label[0] < fastest[cell][1][0]:
                fastest[cell] = (size, error), label
        return dict(fastest.values())

    def _bound(self, key, time, number):
        left, room = self.most_bytes - key[0], self.most_error - key[1]
        bound = max(rest[number] - p * left - q * room for rest, (p, q) in zip(self.priced, self.prices))
        return time + bound - 1e-9 * abs(bound)


# Labels that no other has less bytes, less error and less time than.
def _front(labels):
    front, errors, times = {}, [], []  # of those with fewer bytes: errors rising, times falling
    for (size, error), label in sorted(labels.items(), key=lambda item: (item[0], item[1][0])):
        place = bisect.bisect_right(errors, error)
        if place and times[place - 1] <= label[0]:
            continue
        if place and errors[place - 1] == error:
            place -= 1
        end = place
        while end < len(times) and times[end] >= label[0]:
            end += 1
        errors[place:end], times[place:end] = [error], [label[0]]
        front[size, error] = label
    return front
