# SPDX-License-Identifier: Apache-2.0
"""Steps of several ways in turn, in one process: their times beside plain, and whether losses are plain's."""

import statistics
import time

from models import data_of
from settings import TIMED
from training import Training

WARM_UP = 5  # rounds that are not timed: caches fill, compilers compile


def steps(settings, model, ways):
    """The record of ``settings.rounds`` rounds of one step each of plain and the ways, all from seed 0."""
    data, rounds = data_of(model, settings.text, TIMED), settings.rounds + WARM_UP
    trainings = {way: Training(model, way, 0, data, rounds) for way in ("plain", *ways)}
    wall, processor, losses = ({way: [] for way in trainings} for _ in range(3))
    for _ in range(rounds):
        for way, training in trainings.items():  # in turn: what else the machine does meets all alike
            begin, begin_processor = time.perf_counter(), time.process_time()
            losses[way].append(training.step())
            wall[way].append(time.perf_counter() - begin)
            processor[way].append(time.process_time() - begin_processor)
    return {"plain_step_s": statistics.median(processor["plain"][WARM_UP:]),
            "ways": {way: {"wall": _ratios(wall, way), "processor": _ratios(processor, way), **_differences(losses, way)}
                     for way in ways}}


# Median and quartiles of the ratios of neighbors.
def _ratios(seconds, way):
    ratios = [ours / plain for ours, plain in zip(seconds[way][WARM_UP:], seconds["plain"][WARM_UP:])]
    quartiles = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return [round(value, 4) for value in (quartiles[1], quartiles[0], quartiles[2])]


def _differences(losses, way):
    relative = [abs(ours - plain) / plain for ours, plain in zip(losses[way], losses["plain"])]
    return {"first_loss_differs_by": relative[0], "losses_differ_by": max(relative), "steps": len(relative)}
