# SPDX-License-Identifier: Apache-2.0
"""Lets a whole model keep less for backward, where it stands, and says what was done with each module."""

import fnmatch
import re

import torch

from . import _forms, _hooks, _recompute
from . import replacement as _replacement
from ._offload import STORES, require_device
from ._packing import LEAST_BYTES, least_bytes_of
from .compression import USUAL_STORE, Compression, _one_of
from .ledger import ledger
from .linear import Linear
from .tables import Accounted, Table, bytes_text, folded_name

NEVER_CALLED = (torch.nn.ModuleList, torch.nn.ModuleDict)
_HOOKS = ("_forward_pre_hooks", "_forward_pre_hooks_with_kwargs", "_forward_hooks", "_forward_hooks_with_kwargs",
          "_forward_hooks_always_called")
_CHANGED = (*_replacement._OWN, "forward")


def compress(model, store=USUAL_STORE, *, only=None, exclude=None, block=None, sparsity=None, select=None, unbiased=False,
             least_bytes=LEAST_BYTES, inputs=None, loss=None):
    """Lets a model keep what it saves for backward in fewer bits; returns a ``CompressReport`` of every module.

    store          'int8' or 'int4': codes with a scale and an offset for 128 adjacent elements; 'bf16': rounded values;
                   'offload': as it is, in pinned memory of the host (of a model on a CUDA device)
    only, exclude  patterns (``fnmatch``) of names of modules, one or more: a pattern takes a module with all inside it
    block, sparsity, select, unbiased  prune the inputs of linear layers instead, as ``Compression`` says
    least_bytes    tensors that are smaller stay as they are
    inputs, loss   as ``actscope.ledger`` takes them: the report then has the bytes of each module before and after

    Modules stay the objects that they are. Linear layers become ``actscope.Linear``; everything else that is saved in
    the forward pass of the model (or of the outermost modules that ``only`` takes) is packed as ``saved_tensors``
    packs. Outputs are bit for bit what they were. Call it again to change settings; ``restore`` undoes it.

    Raises TypeError or ValueError where an argument is wrong, and whatever a pass with ``inputs`` raises: the model is
    then as it was.
    """
    is_pruned = sparsity is not None or block is not None or select is not None or unbiased
    _one_of("store", store, STORES)
    has_linears = store not in ("bf16", "offload")
    how = Compression.of(store if has_linears and not is_pruned else None, block, sparsity, select, unbiased)
    least_bytes = least_bytes_of(least_bytes)
    wanted = _Wanted(model, only, exclude)
    if store == "offload":
        require_device([*model.parameters(), *model.buffers()])
    before = ledger(model, inputs, loss) if inputs is not None else None
    snapshot = [state_of(module) for module in wanted.modules]
    try:
        _place(wanted, store, least_bytes)
        left = compress_linears_of(wanted, how) if has_linears or is_pruned else _leave_linears_to_hooks(wanted)
        after = ledger(model, inputs, loss) if inputs is not None else None
    except BaseException:
        for state in snapshot:
            put_back(*state)
        raise
    return CompressReport(_rows(wanted, store, how if is_pruned else None, left, before, after), before, after)


def restore(model, *, only=None, exclude=None):
    """Makes a model plain again that ``compress``, ``compress_linears`` or ``apply`` changed; returns a ``Report``.

    With patterns only the modules that they take, with all inside them.
    """
    if not isinstance(model, torch.nn.Module) or not any(_hooks.of(m) or _recompute.of(m) for m in model.modules()):
        return _replacement.restore(model, only=only, exclude=exclude)
    wanted = _Wanted(model, only, exclude)
    layers = []
    for module in wanted.modules:
        if wanted.reason_against(module) is None:
            packs = _hooks.of(module)
            if _recompute.remove(module):
                layers.append(_replacement.Layer(wanted.names[module], "restored", "was computed again in backward"))
            if packs is not None and packs.store is not None:
                layers.append(_replacement.Layer(wanted.names[module], "restored", f"packed what it saves as {packs.store}"))
            if type(module) is Linear:
                layers.append(_replacement.Layer(wanted.names[module], "restored", str(module.compression)))
                _replacement.make_plain(module)
    _place(wanted, None, 0)
    return _replacement.Report(layers, "module")


def state_of(module):
    """Everything of a module that Actscope may change, as ``put_back`` takes it."""
    own = {name: module.__dict__[name] for name in _CHANGED if name in module.__dict__}
    return module, module.__class__, own, [(getattr(module, name), dict(getattr(module, name))) for name in _HOOKS]


def put_back(module, kind, own, hooks):
    """Makes a module what it was when ``state_of`` saw it."""
    if module.__class__ is not kind:
        module.__class__ = kind
    for name in _CHANGED:
        module.__dict__.pop(name, None)
    module.__dict__.update(own)
    for there, before in hooks:
        there.clear()
        there.update(before)


class _Wanted:
    """Which modules of a model patterns take. A pattern that takes none is an error."""

    def __init__(self, model, only, exclude):
        if not isinstance(model, torch.nn.Module):
            raise TypeError(f"not a torch.nn.Module [got {type(model).__name__}]: give the model")
        self.model = model
        self.only = _replacement._patterns("only", only)
        self.exclude = _replacement._patterns("exclude", exclude)
        names = {}
        for name, module in model.named_modules(remove_duplicate=False):
            names.setdefault(module, []).append(name)
        self.names = {module: tuple(each) for module, each in names.items()}
        every = [name for each in names.values() for name in each]
        for keyword, patterns in (("only", self.only), ("exclude", self.exclude)):
            for pattern in patterns or ():
                if not any(fnmatch.fnmatchcase(name, pattern) for name in every):
                    there = ", ".join(repr(name) for name in every[1:9]) + (", …" if len(every) > 9 else "")
                    raise ValueError(f"{keyword}={pattern!r} matches no module [there are {there or 'none'}]")

    @property
    def modules(self):
        return list(self.names)

    def reason_against(self, module):
        """Why the patterns leave a module alone, or None."""
        names = [around for name in self.names[module] for around in _with_those_around(name)]
        return _replacement._reason_of_patterns(names, self.only, self.exclude)


def _with_those_around(name):
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]


# Every module that is taken packs as asked, the others as they did. Hooks stand where that changes.
def _place(wanted, store, least_bytes):
    settings = {}
    _visit(wanted.model, (None, 0), _hooked, settings)
    for module in wanted.modules:
        _hooks.remove(module)
    asked = {module: (store, least_bytes) if wanted.reason_against(module) is None else settings[module] for module in settings}
    _visit(wanted.model, (None, 0), lambda module, around: asked[module], {}, wanted.model)


def _hooked(module, around):
    own = _hooks.of(module)
    return around if own is None else (own.store, own.least_bytes)


# Fills ``settings``, (store, least_bytes) of each module by ``of(module, those around it)``; with a root it puts on hooks.
def _visit(model, around, of, settings, root=None):
    pending = [(model, around)]
    while pending:
        module, around = pending.pop()
        if module in settings:
            continue
        settings[module] = own = of(module, around)
        if not isinstance(module, NEVER_CALLED):
            if root is not None and own != around and (own[0] is not None or around[0] is not None):
                _hooks.Packs(*own, module is root).put_on(module)
            around = own
        if not isinstance(module, torch.jit.ScriptModule):
            pending.extend((child, around) for child in reversed(list(module.children())))


def compress_linears_of(wanted, how):
    """Makes ``Linear`` of the linear layers that are wanted; returns those that cannot be, each with the reason."""
    changes, left = [], {}
    for module in wanted.modules:
        if not _replacement._is_linear(module) or wanted.reason_against(module) is not None:
            continue
        reason = _replacement._reason_against(module)
        if reason:
            left[module] = reason
            continue
        name = wanted.names[module][0]
        how.require_fit(module.in_features, repr(name) if name else "the layer")
        changes.append(module)
    for module in changes:
        module.__class__ = Linear
        module.compress_as(how)
        module.stands_aside = True
    return left


def _leave_linears_to_hooks(wanted):
    for module in wanted.modules:
        if type(module) is Linear and module.stands_aside and wanted.reason_against(module) is None:
            _replacement.make_plain(module)
    return {}


def _rows(wanted, store, pruned, left, before, after):
    plain, kept = ({} if one is None else one.bytes_by_module for one in (before, after))
    for module in wanted.modules:
        name = wanted.names[module][0]
        key = name or type(module).__name__
        sizes = (plain.get(key, 0), kept.get(key, 0))
        reason = wanted.reason_against(module)
        if not _forms.is_told(module) and not any(sizes):
            continue
        if reason is None:
            text, reason = _forms.text_of(module, store)
            if store == "offload":
                text, reason = "what it saves goes to pinned memory of the host; exact", None
            if pruned is not None and type(module) is Linear and reason is None:
                text = f"keeps {pruned} of its input; gradients of inputs and biases are exact"
            if left.get(module) and pruned is not None and reason is None:
                text += f"; not pruned: {left[module]}"
        yield {"names": wanted.names[module], "module": key, "kind": _kind_of(module), "action": "left" if reason else "packed",
               "detail": reason or text, "plain_bytes": sizes[0], "kept_bytes": sizes[1]}


def _kind_of(module):
    return torch.nn.Linear.__name__ if type(module) is Linear else type(module).__name__


class CompressReport(Accounted):
    """What ``compress`` did with each module of a model. Print it.

    rows           a list of dicts: names, module, kind, action ('packed' or 'left'), detail, plain_bytes, kept_bytes
    before, after  ledgers, where inputs were given
    """

    def __init__(self, rows, before=None, after=None):
        self.rows, self.before, self.after = list(rows), before, after

    @property
    def packed(self):
        """Names of the modules that keep less now, each with how."""
        return {row["module"]: row["detail"] for row in self.rows if row["action"] == "packed"}

    @property
    def left(self):
        """Names of the modules that were left alone, each with the reason."""
        return {row["module"]: row["detail"] for row in self.rows if row["action"] == "left"}

    @property
    def table(self):
        """Modules that differ in a number alone are one row."""
        folded = {}
        for row in self.rows:
            key = (folded_name(row["module"]), row["kind"], row["action"], re.sub(r"\d+x\d+", "", row["detail"]))
            sums = folded.setdefault(key, [0, 0, 0, row["detail"]])
            sums[0] += 1
            sums[1] += row["plain_bytes"]
            sums[2] += row["kept_bytes"]
        has_bytes = self.before is not None
        columns = ("module", "kind", "modules", *(("plain_bytes", "kept_bytes") if has_bytes else ()), "", "how, or why not")
        return Table(columns, [(name, kind, count, *((plain, kept) if has_bytes else ()), action, detail)
                               for (name, kind, action, _), (count, plain, kept, detail) in folded.items()])

    def to_pandas(self):
        """The rows as a ``pandas.DataFrame``, one for a module."""
        import pandas

        return pandas.DataFrame(self.rows)

    def _account(self):
        packed = len(self.packed)
        yield f"{packed} module{'s' if packed != 1 else ''} packed, {len(self.left)} left alone."
        if self.before is not None:
            plain, kept = self.before.kept_bytes, self.after.kept_bytes
            times = f": {plain / kept:.1f} times less" if kept else ""
            yield f"{bytes_text(kept)} kept for backward instead of {bytes_text(plain)}{times}."


__all__ = ["CompressReport", "compress", "restore"]
