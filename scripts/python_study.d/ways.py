# SPDX-License-Identifier: Apache-2.0
"""The ways to keep less, put on a model. Each gives a module that is called as the model is."""

import pathlib
import tempfile
import uuid

import torch

import actscope


class Hooked(torch.nn.Module):
    """A model whose forward runs inside hooks of saved tensors."""

    def __init__(self, model, hooks):
        super().__init__()
        self.model, self.hooks = model, hooks

    def forward(self, x):
        with self.hooks():
            return self.model(x)


class _File:
    """A tensor in a file that goes with it."""

    def __init__(self, path):
        self.path = path

    def __del__(self):
        self.path.unlink(missing_ok=True)


class _Files:
    """Hooks that write tensors of 1,000 elements and more to files: those of PyTorch's tutorial on saved tensors."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="python_study_")

    def __call__(self):
        return torch.autograd.graph.saved_tensors_hooks(self._write, self._read)

    def _write(self, tensor):
        if tensor.numel() < 1000:
            return tensor
        file = _File(pathlib.Path(self.folder.name) / uuid.uuid4().hex)
        torch.save(tensor, file.path)
        return file

    @staticmethod
    def _read(packed):
        return packed if isinstance(packed, torch.Tensor) else torch.load(packed.path)


def _checkpointed(model):
    if hasattr(model, "activation_checkpointing_enable"):  # transformers
        model.activation_checkpointing_enable({"use_reentrant": False})
    else:  # timm
        model.set_grad_checkpointing(True)
    return model


def prepared(way, model):
    """The module to call instead of the model; the model itself may have changed."""
    if way in ("int4", "int8"):
        actscope.compress(model, way)
    elif way == "checkpoint":
        return _checkpointed(model)
    elif way == "compiled":
        return torch.compile(model)
    elif way == "budget":
        # It is read when the graph is split, in the first call: so it stays for the rest of the process.
        torch._functorch.config.activation_memory_budget = 0.5
        return torch.compile(model)
    elif way == "save-on-cpu":
        return Hooked(model, torch.autograd.graph.save_on_cpu)
    elif way == "disk":
        return Hooked(model, _Files())
    return model
