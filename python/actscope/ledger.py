# SPDX-License-Identifier: Apache-2.0
"""What one forward pass of a model keeps for backward: every storage, who keeps it, by module."""

import collections
import gc
import json

import torch

from . import _lines
from ._graph import operator_named
from ._layers import layers_of
from ._step import Step
from .advice import advice_of
from .tables import Accounted, Table, bytes_text, folded_name

UNPLACED = "(outside every module)"


def ledger(model, inputs=(), loss=None):
    """Runs two forward passes of a model and returns the ``Ledger`` of the second.

    model   a ``torch.nn.Module`` on the CPU or a CUDA device, in the mode (``train()``, ``eval()``) it is in
    inputs  what the model takes: a tensor, a tuple or list of arguments, or a dict of keyword arguments; or a function
            without arguments that calls the model and returns the loss, or the output
    loss    a function from the model's output to the loss; without one the output itself if it is a scalar, its
            ``loss`` if it has one, else the sum of its tensors

    Parameters, buffers, gradients and the state of random generators are afterwards what they were; hooks stand for
    these two passes only. The first pass fills caches of libraries; the second is counted against the allocator.

    Raises TypeError: ``model`` is no module, the loss no tensor; ValueError: the loss has no graph, or tensors lie on
    another device than the CPU or CUDA.
    """
    step = Step(model, inputs, loss)
    native = step.new_ledger()
    with step.unchanged():
        step.forward()
        gc.collect()
        native.begin()
        with layers_of(model):
            outputs = step.forward()
        counted = json.loads(step.count(native, outputs))
        del outputs
        lines = _lines.lines_of_residual(step) if counted["residual_bytes"] else []
    return Ledger(counted, native.text(), lines)


class Storage:
    """One storage kept for backward, with everything in the graph that keeps it."""

    def __init__(self, record):
        self.record = record
        self.holders = record["holders"]

    @property
    def bytes(self):
        """What the allocator gave for it in this step; 0 where it is older."""
        return 0 if self.record["is_older"] else self.record["allocator_bytes"]

    @property
    def module(self):
        """The module in whose forward the first of its holders was made."""
        return self.holders[0]["layer"] or UNPLACED

    @property
    def holder(self):
        """The first node that keeps it, and as what: ``Addmm.mat1``."""
        return _holder_text(self.holders[0])

    @property
    def also(self):
        """The other nodes that keep it, each with its module."""
        return [f"{_holder_text(holder)} in {holder['layer'] or UNPLACED}" for holder in self.holders[1:]]

    @property
    def shape(self):
        return f"{self.holders[0]['sizes']} {self.holders[0]['dtype']}"

    @property
    def others_keep_it(self):
        """Whether something besides the graph of this step keeps it: an output, a variable of the program."""
        return self.record["is_output"] or self.record["other_references"] > 0


def _holder_text(holder):
    return f"{operator_named(holder['node'])}.{holder['member']}"


class Ledger(Accounted):
    """The ledger of one forward pass. Print it; ``modules`` and ``storages`` are its tables.

    kept_bytes      what the pass allocated and backward will read
    output_bytes    loss and outputs that the graph does not keep
    residual_bytes  what is live and neither of them: 0, or ``residuals`` says where it was allocated
    """

    def __init__(self, record, text="", lines=()):
        self.record = record
        self.text = text
        self.residuals = list(lines)

    @property
    def kept_bytes(self):
        return self.record["totals"]["kept_bytes"]

    @property
    def output_bytes(self):
        return self.record["output_bytes"]

    @property
    def residual_bytes(self):
        return self.record["residual_bytes"]

    @property
    def storages(self):
        """Every ``Storage``, the largest first."""
        storages = [Storage(record) for record in self.record["storages"]]
        return sorted(storages, key=lambda storage: storage.bytes, reverse=True)

    @property
    def bytes_by_module(self):
        """Bytes of the storages whose first holder was made in each module, the most first."""
        sums = collections.Counter()
        for storage in self.storages:
            sums[storage.module] += storage.bytes
        return dict(sums.most_common())

    @property
    def modules(self):
        """A table of modules and the bytes they keep; modules that differ in a number alone are one row."""
        rows = collections.OrderedDict()
        for name, kept in self.bytes_by_module.items():
            count, total = rows.get(folded_name(name), (0, 0))
            rows[folded_name(name)] = (count + 1, total + kept)
        ordered = sorted(rows.items(), key=lambda row: row[1][1], reverse=True)
        share = max(self.kept_bytes, 1)
        return Table(("module", "modules", "kept_bytes", "share"),
                     [(name, count, kept, kept / share) for name, (count, kept) in ordered])

    @property
    def table(self):
        """A table of storages, the largest first: who keeps each, in which module, and who else."""
        return Table(("kept by", "module", "shape", "kept_bytes", "also by"),
                     [(s.holder, s.module, s.shape, s.bytes, ", ".join(s.also)) for s in self.storages])

    def to_pandas(self):
        """The table of storages as a ``pandas.DataFrame``."""
        return self.table.to_pandas()

    def advice(self):
        """A table of what to do about each module, what it saves, and who else keeps the storage."""
        return advice_of(self)

    def _account(self):
        nodes, known = self.record["nodes"], self.record["known_nodes"]
        yield (f"{bytes_text(self.kept_bytes)} kept for backward on {self.record['totals']['storages']} storages, "
               f"{bytes_text(self.output_bytes)} of outputs, residual {self.residual_bytes:,} bytes.")
        unknown = ", ".join(f"{one['count']} {one['node']}" for one in self.record["unknown_nodes"])
        yield f"{known} of {nodes} nodes of the graph were read" + (f"; not: {unknown}." if unknown else ".")
        if self.record["skipped"]["hooked"]:
            yield f"{self.record['skipped']['hooked']} saved tensors were packed by hooks that could not be looked into."
        for residual in self.residuals:
            yield f"  {bytes_text(residual.bytes)} allocated at {residual.where} and kept by something outside the graph"

    @property
    def _shown(self):
        return self.modules


__all__ = ["Ledger", "Storage", "ledger"]
