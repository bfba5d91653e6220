# SPDX-License-Identifier: Apache-2.0
"""One forward pass, measured by the ledger, by torch.profiler and by torchlens; and what glibc makes of a step."""

import importlib.metadata

import resident
import torch
from models import data_of, loss_of
from settings import MEASURED
from training import Training

import actscope


def instruments(settings, model, way):
    """What each says of the same pass of a model in one way. An instrument that fails is named with its error."""
    training = Training(model, way, 0, data_of(model, settings.text, MEASURED), 100)
    growth = resident.growth(training)
    x, y = next(training.batches)

    def loss(output):
        return loss_of(output, y)

    ledger = actscope.ledger(training.call, x, loss)
    record = {"resident_growth_bytes": growth, "ledger": {"kept_bytes": ledger.kept_bytes, "output_bytes": ledger.output_bytes,
                         "residual_bytes": ledger.residual_bytes}}
    for name, measure in (("profiler", _by_profiler), ("torchlens", _by_torchlens)):
        try:
            record[name] = measure(training.call, x, loss)
        except Exception as error:  # whatever a foreign instrument raises is its result
            record[name] = {"error": f"{type(error).__name__}: {error}".split("\n")[0][:300]}
    return record


# Bytes that the pass allocated less those that it freed, and all that it allocated.
def _by_profiler(call, x, loss):
    loss(call(x))  # caches of libraries fill
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        output = call(x)
        kept = loss(output)
    del output, kept
    sizes = [event.nbytes() for event in profile.profiler.kineto_results.events() if event.name() == "[memory]"]
    return {"net_bytes": sum(sizes), "allocated_bytes": sum(size for size in sizes if size > 0),
            "version": torch.__version__}


def _by_torchlens(call, x, loss):
    import torchlens

    trace = torchlens.trace(call, x)
    return {"total_activation_memory": int(trace.total_activation_memory),
            "total_autograd_memory": int(trace.total_autograd_memory),
            "version": importlib.metadata.version("torchlens")}
