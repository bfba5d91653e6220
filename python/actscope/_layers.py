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


class OpenModules:
    """The modules whose forward runs, on each thread, and the layers that are open for them."""

    def __init__(self):
        self._of_thread = threading.local()

    @property
    def _stack(self):  # (module, how many layers were open before its own; None: it opened none)
        return self._of_thread.__dict__.setdefault("stack", [])

    def __bool__(self):
        return bool(self._stack)

    def enter(self, module, number):
        """``number``: of its layer; None where it has none."""
        self._stack.append((module, None if number is None else _library.enter_layer(number)))

    def leave(self, module):
        stack = self._stack
        while stack:  # those above it raised before their own hook could be called
            left, depth = stack.pop()
            if depth is not None:
                _library.leave_layers(depth)
            if left is module:
                return


@contextlib.contextmanager
def layers_of(model):
    """While it is entered, the forward of every module of the model is a layer with the module's name.

    Hooks of all modules of the process are registered for that time, and none before and after. A module whose
    forward raises is left like one that returns.
    """
    numbers = {module: _library.layer_name(name.encode()) for module, name in names_of_modules(model).items()}
    expect_compiled_models()
    running = OpenModules()

    def enter(module, args):
        if not torch.compiler.is_compiling():
            running.enter(module, numbers.get(module))

    def leave(module, args, output):
        if not torch.compiler.is_compiling():
            running.leave(module)

    handles = [register_module_forward_pre_hook(enter), register_module_forward_hook(leave, always_call=True)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
        _library.leave_layers(0)
