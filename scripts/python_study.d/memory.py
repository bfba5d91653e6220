# SPDX-License-Identifier: Apache-2.0
"""What one way keeps and needs, in a process of its own."""

import tempfile

import resident
import torch
from models import data_of, loss_of
from settings import MEASURED
from training import Training

import actscope

STEPS = 5


def memory(settings, model, way):
    """Kept bytes and residual by the ledger; the allocator's peak of a step, parameters and optimizer included; growth
    of the resident set in a step, large blocks in mappings of their own (``resident.map_large_blocks``)."""
    data = data_of(model, settings.text, MEASURED)
    torch.ops.actscope.count_allocations()  # before there is a model, so that the peak has all but the data
    training = Training(model, way, 0, data, 100)
    growth = resident.growth(training)
    peak, kept = _recorded(training)
    x, y = next(training.batches)
    ledger = actscope.ledger(training.call, x, lambda output: loss_of(output, y))
    return {"kept_bytes": ledger.kept_bytes, "output_bytes": ledger.output_bytes, "residual_bytes": ledger.residual_bytes,
            "unknown_nodes": [node["node"] for node in ledger.record["unknown_nodes"]],
            "hooked": ledger.record["skipped"]["hooked"], "recorded_kept_bytes": kept, "peak_bytes": peak,
            "resident_growth_bytes": growth,
            "parameter_bytes": sum(parameter.nbytes for parameter in training.model.parameters())}


def _recorded(training):
    with tempfile.TemporaryDirectory() as folder:
        with actscope.record(f"{folder}/run") as recording:
            for _ in range(STEPS):
                training.step()
        summary = actscope.Report.load(recording.report).summary
        return summary["peak_bytes"], summary["saved_bytes"]
