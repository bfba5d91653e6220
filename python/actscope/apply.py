# SPDX-License-Identifier: Apache-2.0
"""Lets each module of a model keep what it saves in the way that a plan says."""

import torch

from . import _hooks, _offload, _recompute
from . import replacement as _replacement
from .compress import NEVER_CALLED, compress_linears_of, put_back, state_of
from .compression import CODE_BITS, Compression

WAYS = ("keep", *_offload.STORES, "recompute")
_TEXTS = {"keep": "keeps what it saves", "recompute": "keeps its arguments and runs again in backward",
          "offload": "what it saves goes to pinned memory of the host", "bf16": "what it saves is packed as bf16",
          "int4": "what it saves is packed as int4", "int8": "what it saves is packed as int8"}


class ApplyReport(_replacement.Report):
    """What ``apply`` did with the modules of a model; print it. ``applied``: names of modules, each with how."""

    _titles = {"applied": "do as planned"}

    @property
    def applied(self):
        return self._having("applied")


def apply(model, plan):
    """Lets a model keep what it saves as a ``Plan`` says; returns an ``ApplyReport``. ``actscope.restore`` undoes it.

    What Actscope did to the model before is undone first. Modules stay the objects that they are: names, parameters,
    hooks, state dicts, ``deepcopy`` and pickles know no difference.

    Raises TypeError: not a model, or not a plan; ValueError: the plan names modules that the model does not have, or
    offloads and the model lies on the CPU. The model is then as it was.
    """
    ways, least_bytes = getattr(plan, "ways", None), getattr(plan, "least_bytes", None)
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"not a torch.nn.Module [got {type(model).__name__}]: give the model")
    if not isinstance(ways, dict) or least_bytes is None:
        raise TypeError(f"not a plan [got {type(plan).__name__}]: give what actscope.plan or Plan.from_json returned")
    place(model, ways, least_bytes)
    names = _names_of(model)
    layers = [_replacement.Layer(names[module], "applied", _TEXTS[way]) for module, way in _by_module(model, ways).items()]
    return ApplyReport(layers, "module")


def place(model, ways, least_bytes):
    """Makes a model plain and then keep what it saves as ``ways`` says, names of modules with one of ``WAYS`` each.

    A way holds for a module with all inside it, except for modules inside that have one of their own. All or nothing.
    """
    by_module = _by_module(model, ways)
    if "offload" in ways.values():
        _offload.require_device([*model.parameters(), *model.buffers()])
    snapshot = [state_of(module) for module in model.modules()]
    try:
        make_plain(model)
        _place(model, by_module, least_bytes)
    except BaseException:
        for state in snapshot:
            put_back(*state)
        raise


def make_plain(model):
    """Undoes everything that Actscope did to a model."""
    for module in model.modules():
        _hooks.remove(module)
        _recompute.remove(module)
        if type(module) is _replacement.Linear:
            _replacement.make_plain(module)


def _names_of(model):
    names = {}
    for name, module in model.named_modules(remove_duplicate=False):
        names.setdefault(module, []).append(name)
    return {module: tuple(each) for module, each in names.items()}


def _by_module(model, ways):
    there = dict(model.named_modules(remove_duplicate=False))
    missing = [name for name in ways if name not in there]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise ValueError(f"the plan is of another model [it names {missing[0]!r}{more}, which {type(model).__name__} does not "
                         "have]: plan this one")
    by_module = {}
    for name, way in ways.items():
        if by_module.setdefault(there[name], way) != way:
            raise ValueError(f"the plan has two ways for one module [{name!r} has another name]: plan it again")
    return by_module


# A module inside one that is packed and that has another way gets hooks of its own; nothing is packed inside what is
# computed again, for nothing is kept there. Lists are never called: what they are to do their modules do.
def _place(model, by_module, least_bytes):
    pending, seen, coded = [(model, "keep", "keep")], set(), {}
    while pending:
        module, wanted, around = pending.pop()
        if module in seen:
            continue
        seen.add(module)
        way = by_module.get(module, wanted)
        if not isinstance(module, NEVER_CALLED):
            if _store_of(way) != _store_of(around):
                _hooks.Packs(_store_of(way), least_bytes, module is model).put_on(module)
            if way == "recompute" and (around != "recompute" or module in by_module):
                _recompute.Recompute(module).put_on()
            if way in CODE_BITS:
                coded.setdefault(way, []).append(module)
            around = way
        if not isinstance(module, torch.jit.ScriptModule):
            pending.extend((child, way, around) for child in module.children())
    for store, modules in coded.items():
        compress_linears_of(_Taken(modules), Compression.of(store))


def _store_of(way):
    return None if way in ("keep", "recompute") else way


class _Taken:
    """Modules as ``compress_linears_of`` wants them."""

    def __init__(self, modules):
        self.modules = modules
        self.names = {module: (type(module).__name__,) for module in modules}

    @staticmethod
    def reason_against(module):
        return None


__all__ = ["ApplyReport", "apply"]
