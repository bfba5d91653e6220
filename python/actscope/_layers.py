# SPDX-License-Identifier: Apache-2.0
"""Which module runs now: the names of modules as layers of the ledger and the trace."""

import contextlib
import threading
import warnings

import torch
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from . import _library


def names_of_modules(model):
    """The qualified name of every module below a model, the model itself as its class."""
    names = {}
    for name, module in model.named_modules():
        names[module] = name or type(module).__name__
    return names


def expect_compiled_models():
    """Keeps PyTorch from warning that hooks of all modules run once more for a compiled model: these may."""
    warnings.filterwarnings("ignore", message="Using `torch.compile.module.` when there are global hooks")


@contextlib.contextmanager
def layers_of(model):
    """While it is entered, the forward of every module of the model is a layer with the module's name.

    Hooks of all modules of the process are registered for that time, and none before and after. A module whose
    forward raises is left like one that returns.
    """
    numbers = {module: _library.layer_name(name.encode()) for module, name in names_of_modules(model).items()}
    expect_compiled_models()
    running = threading.local()  # .depths: of the modules that run on a thread; None for one that is not of the model

    def enter(module, args):
        if torch.compiler.is_compiling():
            return
        number = numbers.get(module)
        depths = running.__dict__.setdefault("depths", [])
        depths.append((module, None if number is None else _library.enter_layer(number)))

    def leave(module, args, output):
        if torch.compiler.is_compiling():
            return
        depths = running.__dict__.get("depths")
        while depths:  # those above it raised before their own hook could be called
            left, depth = depths.pop()
            if depth is not None:
                _library.leave_layers(depth)
            if left is module:
                return

    handles = [register_module_forward_pre_hook(enter), register_module_forward_hook(leave, always_call=True)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
        _library.leave_layers(0)
