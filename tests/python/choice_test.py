# SPDX-License-Identifier: Apache-2.0
"""The choice of a way for each part: against every combination, on small random cases, and on large ones in time."""

import itertools
import random

import pytest
from actscope import _choice
from actscope._choice import Option, choose


def by_trying_all(parts, most_bytes, most_error2):
    """(time, error, bytes) of the best combination, or None."""
    items = [options for count, options in parts for _ in range(count)]
    best = None
    for combination in itertools.product(*items):
        size, error = sum(o.bytes for o in combination), sum(o.error2 for o in combination)
        if size <= most_bytes and (most_error2 is None or error <= most_error2 * (1 + 1e-9)):
            key = sum(o.time_ns for o in combination)
            best = key if best is None else min(best, key)
    return best


def sums(parts, chosen):
    picked = [options[index] for (count, options), indices in zip(parts, chosen, strict=True) for index in indices]
    assert [len(indices) for indices in chosen] == [count for count, _ in parts]
    return sum(o.bytes for o in picked), sum(o.time_ns for o in picked), sum(o.error2 for o in picked)


def case(draw):
    parts = []
    for _ in range(draw.randint(1, 3)):
        options = [Option(draw.randint(0, 50), draw.randint(0, 40), draw.choice([0.0, 0.0, 0.01, 0.04, 0.09]))
                   for _ in range(draw.randint(1, 4))]
        parts.append((draw.randint(1, 3), options))
    return parts, draw.randint(0, 200), draw.choice([None, 0.0, 0.05, 0.1, 0.3])


def test_it_is_the_best_of_all_combinations():
    draw, reachable = random.Random(0), 0
    for _ in range(400):
        parts, most_bytes, most_error2 = case(draw)
        best, chosen = by_trying_all(parts, most_bytes, most_error2), choose(parts, most_bytes, most_error2)
        if best is None:
            assert chosen is None
            continue
        reachable += 1
        size, time, error = sums(parts, chosen)
        assert size <= most_bytes and (most_error2 is None or error <= most_error2 * (1 + 1e-9))
        assert time == best
    assert 100 < reachable < 380


def test_with_few_labels_the_limits_still_hold(monkeypatch):
    monkeypatch.setattr(_choice, "MOST_LABELS", 3)
    draw, found = random.Random(1), 0
    for _ in range(200):
        parts, most_bytes, most_error2 = case(draw)
        best, chosen = by_trying_all(parts, most_bytes, most_error2), choose(parts, most_bytes, most_error2)
        if best is None:
            assert chosen is None
        elif chosen is not None:
            size, time, error = sums(parts, chosen)
            assert size <= most_bytes and time >= best
            assert most_error2 is None or error <= most_error2 * (1 + 1e-8)
            found += 1
    assert found > 100


def test_among_equal_times_the_least_error_then_the_least_bytes():
    options = [Option(5, 1, 0.01), Option(9, 1, 0.0), Option(10, 1, 0.0)]
    assert choose([(2, options)], 100, 1.0) == [[1, 1]]
    assert choose([(2, options)], 14, 1.0) == [[0, 1]]


@pytest.mark.parametrize("parts, most_bytes, most_error2", [([(1, [Option(2, 0)])], 1, None),
                                                             ([(2, [Option(0, 0, 0.1)])], 1, 0.15),
                                                             ([(1, [Option(0, 0, 0.1)])], 1, 0.0), ([(1, [])], 1, None)])
def test_what_cannot_be_kept_is_none(parts, most_bytes, most_error2):
    assert choose(parts, most_bytes, most_error2) is None


def test_no_parts_and_no_limit_of_error():
    assert choose([], 0) == []
    assert choose([(3, [Option(4, 0, 0.0), Option(0, 5, 9.0)])], 8) == [[0, 0, 1]]


def test_a_large_model_has_few_labels():
    draw = random.Random(2)
    parts = [(96, [Option(draw.randint(0, 10**9), draw.randint(0, 10**8), draw.random() * 1e-4) for _ in range(10)])]
    for _ in range(15):
        other = Option(draw.randint(0, 10**8), draw.randint(0, 10**7), draw.random() * 1e-4)
        parts.append((draw.randint(1, 12), [Option(10**8, 0, 0.0), other]))
    least = sum(count * min(o.bytes for o in options) for count, options in parts)
    most = sum(count * max(o.bytes for o in options) for count, options in parts)
    budget = (least + most) // 2
    chosen = choose(parts, budget, 0.25**2)
    size, _, error = sums(parts, chosen)
    assert size <= budget and error <= 0.25**2
