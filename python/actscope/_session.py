# SPDX-License-Identifier: Apache-2.0
"""Follows a training loop that knows nothing of it: steps, modules, losses."""

import contextlib
import gc
import os
import threading
import warnings
import weakref

import torch
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from . import _graph, _library
from ._layers import OpenModules, expect_compiled_models, names_of_modules

EXPLAINED_STEPS = 2  # whose graph is read; the second counts, when the caches of libraries are filled


class Session:
    """While it is started, every training step of the process is recorded.

    A step begins with the first forward of a model that builds a graph, its forward ends where backward is called, and
    it ends with ``optimizer.step()``. What is done outside steps, an evaluation, is not recorded. An error of the
    recording ends the recording with a warning; the training goes on.
    """

    def __init__(self, make_recording):
        self._make_recording = make_recording  # called at the first step: (model, inputs) -> native recording
        self.recording = None
        self._numbers = {}  # module: number of its layer
        self._roots = weakref.WeakSet()
        self._running = OpenModules()
        self._handles = []
        self._is_in_step = self._has_forward_ended = self._has_backward_ended = False
        self._outputs = []  # weak references: a session keeps no memory
        self._optimizers = ()
        self._thread = None
        self.steps = 0
        self.failure = ""

    # ---- Life

    def start(self):
        self._thread = threading.get_ident()
        self._process = os.getpid()
        expect_compiled_models()
        self._handles = [
            register_module_forward_pre_hook(self._enter), register_module_forward_hook(self._leave, always_call=True),
            register_optimizer_step_pre_hook(self._before_update), register_optimizer_step_post_hook(self._after_update)]
        self._backward = torch.autograd.backward
        session = self

        def backward(tensors, *args, **kwargs):
            session._before_backward(tensors)
            return session._backward(tensors, *args, **kwargs)

        torch.autograd.backward = backward
        self._patched = backward

    def stop(self):
        for handle in self._handles:
            handle.remove()
        if self._handles and torch.autograd.backward is self._patched:
            torch.autograd.backward = self._backward
        self._handles = []
        _library.leave_layers(0)

    def _is_ours(self):
        """Whether this is the process and the thread that trains; a forked worker is neither."""
        return self._thread == threading.get_ident() and self._process == os.getpid()

    @contextlib.contextmanager
    def _guarded(self):
        try:
            yield
        except Exception as error:  # whatever it is: the training goes on
            self.failure = str(error).split("\n")[0] or type(error).__name__
            self.stop()
            warnings.warn(f"actscope stopped recording: {self.failure}", RuntimeWarning, stacklevel=4)

    # ---- Modules

    def _enter(self, module, args):
        if torch.compiler.is_compiling() or not self._is_ours():
            return
        if not self._running and torch.is_grad_enabled() and module.training:
            with self._guarded():
                self._begin(module, args)
        self._running.enter(module, self._numbers.get(module))

    def _leave(self, module, args, output):
        if torch.compiler.is_compiling() or not self._is_ours():
            return
        self._running.leave(module)
        if not self._running and self._is_in_step and not self._has_forward_ended:
            self._outputs += [weakref.ref(tensor) for _, tensor in _graph.tensors_within(output)]

    def _name(self, model):
        prefix = type(model).__name__ + "." if self._roots else ""
        for module, name in names_of_modules(model).items():
            self._numbers.setdefault(module, _library.layer_name((prefix + name).encode()))
        self._roots.add(model)

    # ---- Steps

    def _begin(self, model, args):
        if self._is_in_step:
            return
        if model not in self._roots and model not in self._numbers:
            self._name(model)
        inputs = [tensor for _, tensor in _graph.tensors_within(args)]
        if self.recording is None:
            self.recording = self._make_recording(model, inputs)
        self._is_in_step, self._has_forward_ended, self._has_backward_ended, self._outputs = True, False, False, []
        if self.steps < EXPLAINED_STEPS:
            gc.collect()
            self.recording.set_tensors(*self._state_tensors())
        self.recording.begin_step(inputs)

    def _state_tensors(self):
        """Names and tensors of parameters, buffers, the optimizer's state."""
        names, parameters, buffers = [], [], []
        for root in self._roots:
            for name, parameter in root.named_parameters():
                names.append(name)
                parameters.append(parameter)
            buffers += root.buffers()
        state = [tensor for optimizer in self._optimizers for _, tensor in _graph.tensors_within(dict(optimizer.state))]
        return names, parameters, buffers, state

    def _before_backward(self, tensors):
        if not self._is_in_step or self._has_forward_ended or not self._is_ours():
            return
        with self._guarded():
            self._has_forward_ended = True
            roots = [tensor for _, tensor in _graph.tensors_within(tensors) if tensor.grad_fn is not None]
            if not roots:
                return
            outputs = [tensor for tensor in (reference() for reference in self._outputs) if tensor is not None]
            told = _graph.Told()
            if self.recording.is_graph_read():
                gc.collect()
                told = _graph.read_graph([*roots, *outputs])
            self.recording.end_forward(roots[0], roots[1:] + outputs, *told.arguments)
            self._outputs = []

    def _before_update(self, optimizer, args, kwargs):
        if not self._is_in_step or not self._is_ours():
            return
        with self._guarded():
            if optimizer not in self._optimizers:
                self._optimizers = (*self._optimizers, optimizer)
            if self._has_forward_ended:
                self._end_backward()

    def _end_backward(self):
        if not self._has_backward_ended:
            self._has_backward_ended = True
            self.recording.end_backward()

    def _after_update(self, optimizer, args, kwargs):
        if not self._is_in_step or not self._is_ours():
            return
        with self._guarded():
            self._is_in_step = False
            if not self._has_forward_ended:
                raise RuntimeError("optimizer.step() came without a backward: the loss was not differentiated by backward()")
            self._end_backward()  # now, where a closure of the optimizer ran the step
            self.recording.end_step()
            self.steps += 1
