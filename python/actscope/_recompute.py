# SPDX-License-Identifier: Apache-2.0
"""A module whose forward keeps its arguments alone and runs again in backward."""

import contextlib
import inspect
import types

import torch
from torch.utils import _pytree
from torch.utils.checkpoint import checkpoint


class Recompute:
    """Stands as ``forward`` on a module: ``torch.utils.checkpoint`` (without re-entry) around the forward that it has.

    Hooks of the module run once, those of modules inside it again in backward, as ``torch.utils.checkpoint`` has it. The
    second pass sees the random numbers, the types of autocast and the buffers of the first and leaves buffers as they
    are: running statistics move once a step. It can be copied and pickled with the module. Under ``no_grad`` it does
    nothing; a compiler makes one graph of it.
    """

    def __init__(self, module):
        self.module = module
        self.former = module.__dict__.get("forward")  # what the program put there, or None
        self.changing = {}  # by training mode: numbers of the buffers that a pass changes

    @property
    def __signature__(self):
        return inspect.signature(self._forward)

    @property
    def _forward(self):
        return self.former or types.MethodType(type(self.module).forward, self.module)

    def __call__(self, *args, **kwargs):
        if not torch.is_grad_enabled():
            return self._forward(*args, **kwargs)
        if torch.compiler.is_compiling():
            return checkpoint(_traced(self.module, self.former), *args, use_reentrant=False, **kwargs)
        # One by one, so that the checkpoint saves the tensors of every argument, and hooks around it see them.
        leaves, form = _pytree.tree_flatten((args, kwargs))
        return checkpoint(_Region(self, args, kwargs, form), *leaves, use_reentrant=False)

    def copies_of_buffers(self):
        """Of those that a pass changes; in the first pass of a mode, before that is known, of all."""
        known = self.changing.get(self.module.training)
        return [(holder, name, buffer, buffer.clone())
                for number, (holder, name, buffer) in enumerate(_buffers_of(self.module)) if known is None or number in known]

    def changed_among(self, copies):
        """The copies of buffers that a pass changes: those that are no longer what was copied, in the first pass."""
        if self.module.training in self.changing:
            return copies
        changed = [copy for copy in copies if _is_changed(*copy)]
        places = {(holder, name) for holder, name, _, _ in changed}
        self.changing[self.module.training] = {
            number for number, (holder, name, _) in enumerate(_buffers_of(self.module)) if (holder, name) in places}
        return changed

    def put_on(self):
        self.module.forward = self


# A function that a compiler can follow, as it cannot a bound method that is made on the way.
def _traced(module, former):
    def run(*args, **kwargs):
        return type(module).forward(module, *args, **kwargs) if former is None else former(*args, **kwargs)

    return run


class _Region:
    """One call: runs with the caller's own arguments, and again with those that the checkpoint kept."""

    def __init__(self, owner, args, kwargs, form):
        self.owner, self.form = owner, form
        self.given = (args, kwargs)
        self.copies = ()

    def __call__(self, *leaves):
        if self.given is None:
            args, kwargs = _pytree.tree_unflatten(leaves, self.form)
            with _as_before(self.copies):
                return self.owner._forward(*args, **kwargs)
        (args, kwargs), self.given = self.given, None
        with torch.no_grad():
            copies = self.owner.copies_of_buffers()
        output = self.owner._forward(*args, **kwargs)
        with torch.no_grad():
            self.copies = self.owner.changed_among(copies)
        return output


def _buffers_of(module):
    for holder in module.modules():
        for name, buffer in holder._buffers.items():
            if buffer is not None:
                yield holder, name, buffer


# By value: running statistics change without a new version.
def _is_changed(holder, name, buffer, copy):
    return getattr(holder, name, None) is not buffer or not torch.equal(buffer, copy)


# Buffers as they were when they were copied; at the end as they are now.
@contextlib.contextmanager
def _as_before(copies):
    now = [(holder, name, getattr(holder, name, None)) for holder, name, *_ in copies]
    with torch.no_grad():
        values = [None if buffer is None else buffer.clone() for _, _, buffer in now]
        for holder, name, buffer, copy in copies:
            setattr(holder, name, buffer)
            buffer.copy_(copy)
    try:
        yield
    finally:
        with torch.no_grad():
            for (holder, name, buffer), value in zip(now, values):
                setattr(holder, name, buffer)
                if buffer is not None:
                    buffer.copy_(value)


def of(module):
    """The ``Recompute`` of a module, or None."""
    forward = module.__dict__.get("forward")
    return forward if isinstance(forward, Recompute) else None


def remove(module):
    """Gives a module back the forward that it had; returns whether it had another."""
    own = of(module)
    if own is None:
        return False
    del module.forward
    if own.former is not None:
        module.forward = own.former
    return True
