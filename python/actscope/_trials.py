# SPDX-License-Identifier: Apache-2.0
"""Tries ways of keeping on the real model with real inputs: bytes, peak, gradients and time, each against plain."""

import contextlib
import dataclasses
import gc
import json
import math
import textwrap
import time

import torch

from ._graph import nodes_behind
from ._step import Step
from .apply import make_plain, place
from .compress import put_back, state_of
from ._layers import layers_of
from .ledger import Ledger

_REENTRANT = "CheckpointFunctionBackward"
MOST_LETTERS = 120  # of an error of the model
MOST_NOISE = 0.01  # relative difference of the gradients of two plain steps


@dataclasses.dataclass
class Trial:
    """What a model does with some ways of keeping: bytes, the gradient's relative error, seconds above a plain step.

    ledger  of the pass; ``failure``: why there is none of all that
    """

    ways: dict
    kept_bytes: int = 0
    peak_bytes: int = 0
    error: float = 0.0
    extra_s: float = None
    ledger: object = None
    failure: str = ""


class Trials:
    """Runs steps of a model: forward and backward, without an update. Enter it; the model is at the end as it was.

    Parameters, their ``grad``, buffers, random generators, flags and hooks are unchanged; hooks of gradients that an
    optimizer registered do not run. Raises as ``actscope.ledger``; ValueError: the loss is no single number, or two plain
    steps have different gradients.
    """

    def __init__(self, model, inputs, loss, least_bytes):
        self.model, self.least_bytes = model, least_bytes
        self.step = Step(model, inputs, loss)
        if self.step.device == "cpu":
            torch.ops.actscope.count_allocations()
        self.leaves = list({id(t): t for t in self.step.state_tensors() if t.requires_grad and t.is_leaf}.values())
        self._is_reentrant = False
        self.noise = 0.0

    def __enter__(self):
        self._snapshot = [state_of(module) for module in self.model.modules()]
        self._training = [(module, module.training) for module in self.model.modules()]
        make_plain(self.model)
        # What is there now is not looked through again each time that a trial collects its own garbage.
        self._has_frozen = gc.get_freeze_count() == 0
        if self._has_frozen:
            gc.collect()
            gc.freeze()
        return self

    def __exit__(self, *exception):
        if self._has_frozen:
            gc.unfreeze()
        for state in self._snapshot:
            put_back(*state)
        for module, flag in self._training:
            module.training = flag
        self._gradients = None

    # ---- Trials

    def try_plain(self):
        """The ``Trial`` of the plain model, against which the others are measured."""
        with self.step.unchanged():
            loss = self.step.forward()[0]
            if loss.numel() != 1:
                raise ValueError(f"the loss is no single number [got {list(loss.shape)}]: give one that is")
            self._is_reentrant = any(node.name() == _REENTRANT for node in nodes_behind([loss]))
            del loss
        self._gradients, _ = self._timed()
        again, counted, peak = self._counted()
        self.noise = self._error_of(again)
        if not self.noise <= MOST_NOISE:
            raise ValueError(f"two plain steps have different gradients [by {self.noise:.2g} of their norm]: give a step "
                             "that computes the same each time")
        return Trial({}, counted.kept_bytes, peak, 0.0, 0.0, counted)

    def try_ways(self, ways):
        """The ``Trial`` of some ways, without its time. An error of the model is a failure, not raised."""
        trial = Trial(ways)
        try:
            with self._placed(ways):
                gradients, trial.ledger, trial.peak_bytes = self._counted()
                trial.kept_bytes, trial.error = trial.ledger.kept_bytes, self._error_of(gradients)
        except Exception as error:  # whatever it is: this way does not work with this model
            trial.failure = textwrap.shorten(f"{type(error).__name__}: {error}", MOST_LETTERS, placeholder=" …")
        return trial

    def time(self, ways, rounds):
        """Pairs of seconds, of a plain step and one with ``ways``, in turn."""
        pairs = []
        for number in range(rounds):
            pair = {}
            for is_plain in (True, False) if number % 2 == 0 else (False, True):
                with self._placed({} if is_plain else ways):
                    pair[is_plain] = self._timed()[1]
            pairs.append((pair[True], pair[False]))
        return pairs

    @contextlib.contextmanager
    def _placed(self, ways):
        place(self.model, ways, self.least_bytes)
        try:
            yield
        finally:
            make_plain(self.model)

    # ---- One step

    # Gradients, the ledger, and the peak above what was there before.
    def _counted(self):
        device, native = self.step.device, self.step.new_ledger()
        with self.step.unchanged():
            gc.collect()
            self._synchronize()
            native.begin()
            live, _ = torch.ops.actscope.live_and_peak_bytes(device)
            torch.ops.actscope.reset_peak(device)
            with layers_of(self.model):
                outputs = self.step.forward()
            counted = Ledger(json.loads(self.step.count(native, outputs)))
            loss = outputs[0]
            del outputs
            gradients = self._differentiated(loss)
            self._synchronize()
            _, peak = torch.ops.actscope.live_and_peak_bytes(device)
        return gradients, counted, peak - live

    # Gradients and seconds.
    def _timed(self):
        with self.step.unchanged():
            self._synchronize()
            began = time.perf_counter()
            gradients = self._differentiated(self.step.forward()[0])
            self._synchronize()
            return gradients, time.perf_counter() - began

    def _differentiated(self, loss):
        if not self._is_reentrant:
            return torch.autograd.grad(loss, self.leaves, allow_unused=True)
        # torch.utils.checkpoint with re-entry knows backward() alone.
        before = [(leaf, leaf.grad, dict(leaf._post_accumulate_grad_hooks or {})) for leaf in self.leaves]
        try:
            for leaf, _, hooks in before:
                leaf.grad = None
                if hooks:
                    leaf._post_accumulate_grad_hooks.clear()
            loss.backward()
            return tuple(leaf.grad for leaf in self.leaves)
        finally:
            for leaf, grad, hooks in before:
                leaf.grad = grad
                if hooks:
                    leaf._post_accumulate_grad_hooks.update(hooks)

    def _synchronize(self):
        if self.step.device == "cuda":
            torch.cuda.synchronize()

    # By the norm of all gradients together; infinite where one of them is not finite.
    def _error_of(self, gradients):
        off, whole = 0.0, 0.0
        for ours, plain in zip(gradients, self._gradients, strict=True):
            if (ours is None) != (plain is None):
                return math.inf
            if ours is not None:
                ours, plain = _dense(ours), _dense(plain)
                off += float(torch.linalg.vector_norm(ours - plain, dtype=torch.float64)) ** 2
                whole += float(torch.linalg.vector_norm(plain, dtype=torch.float64)) ** 2
        if not math.isfinite(off):
            return math.inf
        return math.sqrt(off / whole) if whole else (math.inf if off else 0.0)


def _dense(gradient):
    gradient = gradient.to_dense() if gradient.layout is not torch.strided else gradient
    return torch.view_as_real(gradient) if gradient.is_complex() else gradient
