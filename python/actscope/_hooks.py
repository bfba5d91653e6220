# SPDX-License-Identifier: Apache-2.0
"""A module whose forward packs what autograd saves in it: the pair of hooks that does it."""

import threading

import torch
from torch.utils import _pytree

from . import _offload, _packing

_entered = threading.local()  # .stack: (module, the entered context or None) of this thread


class Packs:
    """What ``actscope.compress`` puts on a module: its hooks before and after forward.

    store    of ``actscope.saved_tensors``; None: what is saved inside is left as it is
    is_root  whether the arguments are the caller's own, who keeps them anyway

    It can be copied and pickled with the module. Inside somebody else's hooks (a checkpoint, an offload), under a
    compiler and where no gradient is wanted it does nothing.
    """

    def __init__(self, store, least_bytes=_packing.LEAST_BYTES, is_root=False):
        self.store, self.least_bytes, self.is_root = store, least_bytes, is_root

    def before(self, module, args, kwargs):
        if torch.compiler.is_compiling():
            return
        if not hasattr(_entered, "stack"):
            _entered.stack = []
        context = None
        if torch.is_grad_enabled() and not _packing.is_foreign() and not _packing.is_in_checkpoint():
            context = _packing.hooked(self._packing_for(module, args, kwargs))
            context.__enter__()
        _entered.stack.append((module, context))

    def after(self, module, args, kwargs, output):
        if torch.compiler.is_compiling():
            return
        stack = getattr(_entered, "stack", ())
        if not any(entered is module for entered, _ in stack):
            return  # a hook before ours raised
        while stack:
            entered, context = stack.pop()
            if context is not None:
                context.__exit__(None, None, None)
            if entered is module:
                return

    def _packing_for(self, module, args, kwargs):
        if self.store is None:
            return _packing.Packing(None)
        given = list(module.buffers())
        frozen = {p.shape for p in module.parameters() if not p.requires_grad}
        if self.is_root:
            leaves = _pytree.tree_leaves((args, kwargs))
            given += [leaf for leaf in leaves if isinstance(leaf, torch.Tensor) and leaf.grad_fn is None]
        return _offload.packing_of(self.store, self.least_bytes, given, frozen)

    def put_on(self, module):
        module.register_forward_pre_hook(self.before, prepend=True, with_kwargs=True)
        module.register_forward_hook(self.after, with_kwargs=True, always_call=True)


def of(module):
    """The ``Packs`` of a module, or None."""
    for hook in module._forward_pre_hooks.values():
        owner = getattr(hook, "__self__", None)
        if isinstance(owner, Packs):
            return owner
    return None


def remove(module):
    """Takes a module's ``Packs`` off; returns it."""
    packs = of(module)
    for hooks, flags in ((module._forward_pre_hooks, (module._forward_pre_hooks_with_kwargs,)),
                         (module._forward_hooks, (module._forward_hooks_with_kwargs, module._forward_hooks_always_called))):
        for number in [n for n, hook in hooks.items() if isinstance(getattr(hook, "__self__", None), Packs)]:
            del hooks[number]
            for flag in flags:
                flag.pop(number, None)
    return packs
