# SPDX-License-Identifier: Apache-2.0
"""One forward pass of somebody's model and its loss, run without leaving a trace."""

import contextlib
import gc

import torch

from . import _graph, _offload


class Step:
    """A model, what it takes and its loss. Arguments as ``actscope.ledger`` says; ``devices`` are those allowed."""

    def __init__(self, model, inputs=(), loss=None, devices=("cpu", "cuda")):
        if not isinstance(model, torch.nn.Module):
            raise TypeError(f"not a torch.nn.Module [got {type(model).__name__}]: give the model")
        if loss is not None and not callable(loss):
            raise TypeError(f"loss is no function [got {type(loss).__name__}]: give one from the model's output to the loss")
        self.model, self.inputs, self.loss = model, inputs, loss
        self.is_called = callable(inputs)  # a function of the program that calls the model
        self.device = self._device()
        if devices is not None and self.device not in devices:
            raise ValueError(f"memory cannot be counted on this device [got {self.device!r}]: move the model to cpu or cuda")

    def state_tensors(self):
        """Parameters, buffers, inputs and what the loss holds: no activations."""
        given = (self.inputs, self.loss)
        return [*self.model.parameters(), *self.model.buffers(), *(tensor for _, tensor in _graph.tensors_within(given))]

    def _device(self):
        return next((tensor.device.type for tensor in self.state_tensors()), "cpu")

    def new_ledger(self):
        """A native ledger that leaves the step's own tensors out."""
        if self.device == "cpu":
            torch.ops.actscope.count_allocations()
        native = torch.classes.actscope.Ledger(self.device)
        native.exclude(self.state_tensors())
        return native

    def forward(self, call=None):
        """The loss and the tensors of the output, the loss first; ``call`` stands for calling the model."""
        call = call or self.model
        if self.is_called:
            output = self.inputs()
        elif isinstance(self.inputs, dict):
            output = call(**self.inputs)
        elif isinstance(self.inputs, (tuple, list)):
            output = call(*self.inputs)
        else:
            output = call(self.inputs)
        loss = self._loss_of(output)
        if not isinstance(loss, torch.Tensor):
            raise TypeError(f"the loss is no tensor [got {type(loss).__name__}]")
        if loss.grad_fn is None:
            raise ValueError("the loss has no graph: nothing in it requires a gradient, or it was detached or computed under no_grad")
        return [loss, *(tensor for _, tensor in _graph.tensors_within(output) if tensor is not loss)]

    def _loss_of(self, output):
        if self.loss is not None:
            return self.loss(output)
        own = output.get("loss") if isinstance(output, dict) else getattr(output, "loss", None)
        if isinstance(own, torch.Tensor):
            return own
        if isinstance(output, torch.Tensor):
            return output if output.numel() == 1 else output.sum()
        tensors = [t for _, t in _graph.tensors_within(output) if t.grad_fn is not None]
        if not tensors:
            raise ValueError("the model's output has no tensor with a graph: give a loss")
        return sum(tensor.sum() for tensor in tensors)

    @staticmethod
    def count(native, outputs):
        """The record of a native ledger, as JSON, of what the graphs of ``outputs`` keep now."""
        gc.collect()  # cycles of Python would count as memory that nothing explains
        _offload.settle()
        return native.count(outputs, *_graph.read_graph(outputs).arguments)

    @contextlib.contextmanager
    def unchanged(self):
        """Buffers and random generators are at the end what they were at the beginning."""
        buffers = [(module, name, buffer, buffer.clone()) for module in self.model.modules()
                   for name, buffer in module._buffers.items() if buffer is not None and not buffer.is_meta]
        devices = [torch.cuda.current_device()] if self.device == "cuda" else []
        try:
            with torch.random.fork_rng(devices=devices):
                yield
        finally:
            with torch.no_grad():
                for module, name, buffer, before in buffers:
                    if getattr(module, name, None) is not buffer:
                        setattr(module, name, buffer)
                    if not torch.equal(buffer, before):
                        buffer.copy_(before)
