# SPDX-License-Identifier: Apache-2.0
"""Decides for every tensor that autograd saves what is kept of it, and counts that."""

import collections
import contextlib
import numbers
import weakref

import torch
from torch._subclasses import FakeTensor

from . import _producers
from ._codes import CODED_TYPES, GROUP, Bits, Codes, two_values_of
from ._extents import WeakStorage, copied, extent_of
from ._packed import Coded, Kept, Laid, Latest, unpack

LEAST_BYTES = 64 * 1024
STATISTIC = 16
_OF_PARAMETERS = "a parameter, a leaf, or computed from parameters alone"
_GIVEN = "the caller keeps it anyway"

# Codes that live, by (storage, version, type, store, extent). A storage whose codes live is no other one later: see
# WeakStorage. The version is that of in-place changes.
_coded = weakref.WeakValueDictionary()

_hooks = torch._C._autograd


def least_bytes_of(given):
    """A checked size below which tensors are left alone."""
    if isinstance(given, bool) or not isinstance(given, numbers.Integral):
        raise TypeError(f"least_bytes is no whole number [got {given!r}]: give {LEAST_BYTES}")
    if given < 0:
        raise ValueError(f"least_bytes is negative [got {given}]: give {LEAST_BYTES}")
    return int(given)


def is_packing(store=None):
    """Whether the hooks that autograd would call now are ours (of that store): not those of a checkpoint inside."""
    top = _hooks._top_saved_tensors_default_hooks(True)
    return top is not None and top[1] is unpack and (store is None or top[0].__self__.store == store)


def is_foreign():
    """Whether hooks of the program are the innermost: an offload, say, but not torch.utils.checkpoint, which drops all."""
    top = _hooks._top_saved_tensors_default_hooks(True)
    return top is not None and top[1] is not unpack and not _is_of_checkpoint(top[0])


def is_in_checkpoint():
    """Whether hooks of torch.utils.checkpoint are the innermost."""
    top = _hooks._top_saved_tensors_default_hooks(True)
    return top is not None and _is_of_checkpoint(top[0])


def _is_of_checkpoint(hook):
    return getattr(hook, "__module__", "") == "torch.utils.checkpoint"


@contextlib.contextmanager
def hooked(packing):
    """Packs what this thread saves."""
    Latest.forget_failed()
    with torch.autograd.graph.saved_tensors_hooks(packing.pack, unpack):
        yield packing


@contextlib.contextmanager
def unhooked():
    """Takes our innermost hooks off for a while: for what is kept small in its own way."""
    taken = []
    try:
        while is_packing():
            taken.append(_hooks._top_saved_tensors_default_hooks(True))
            _hooks._pop_saved_tensors_default_hooks()
        yield
    finally:
        for pair in reversed(taken):
            _hooks._push_saved_tensors_default_hooks(*pair)


class Packing:
    """One policy and its account. ``store`` None leaves every tensor as it is.

    given          tensors that the caller keeps anyway: inputs, buffers
    frozen_shapes  of weights that are not trained: under autocast their casts have no graph that would tell
    """

    def __init__(self, store, least_bytes=LEAST_BYTES, given=(), frozen_shapes=None):
        self.store, self.least_bytes, self.frozen_shapes = store, least_bytes, frozen_shapes
        self.given = {WeakStorage.identity(storage) for tensor in given if (storage := _storage_of(tensor)) is not None}
        self.rows = collections.OrderedDict()  # (what, reason, producer, shape, dtype): [tensors, plain, kept]
        self._seen = {}  # storages that are accounted for, by identity
        self._most_seen = 1024
        self._whole = {}  # storages that are left alone, by identity
        self._recent = collections.deque(maxlen=4)  # elements of the last tensors
        self._packed = weakref.WeakSet()

    def pack(self, tensor):
        """What stands for a saved tensor; the packing hook."""
        reason = "Actscope leaves this module alone" if self.store is None else self._reason_against(tensor)
        if reason is not None:
            return self._kept(tensor, reason)
        with torch.no_grad():
            return self._packed_as(tensor)

    def _kept(self, tensor, reason):
        is_kept_anyway = reason in (_OF_PARAMETERS, _GIVEN)
        self._count(tensor, "left alone", reason, 0 if is_kept_anyway else None, is_kept_anyway)
        storage = _storage_of(tensor)
        if storage is not None and not is_kept_anyway:
            self._whole[WeakStorage.identity(storage)] = WeakStorage(storage)
        return Kept(tensor)

    def _reason_against(self, tensor):
        if type(tensor) not in (torch.Tensor, torch.nn.Parameter, FakeTensor):
            return f"a {type(tensor).__module__}.{type(tensor).__qualname__}"
        if tensor.layout is not torch.strided:
            return f"its layout is {tensor.layout}"
        if tensor.dtype not in CODED_TYPES:
            return "integers, booleans or another type without codes"
        if tensor.numel() * tensor.element_size() < self.least_bytes:
            return f"below {self.least_bytes:,} bytes"
        if tensor.element_size() == 2 and self._store_of(tensor, "") == "bf16":
            return "of two bytes already"
        kept_anyway = self._reason_to_be_kept(tensor)
        if kept_anyway is not None:
            return kept_anyway
        if self._is_cast_of_frozen(tensor):
            return "perhaps autocast's cast of a frozen weight"
        if self._is_statistic(tensor):
            return f"a statistic: below 1/{STATISTIC} of the tensor before"
        if _own_result(tensor) == "exact":
            return "its gradient divides by it"
        return None

    # Packing would save nothing.
    def _reason_to_be_kept(self, tensor):
        if _producers.is_of_parameters(tensor):
            return _OF_PARAMETERS
        identity = WeakStorage.identity(tensor.untyped_storage())
        if identity in self.given:
            return _GIVEN
        whole = self._whole.get(identity)
        return "kept whole already" if whole is not None and not whole.is_gone() else None

    # The logarithm of sums that attention keeps, deviations of a normalization: gradients take their exponentials or
    # multiply everything with them, and they are small beside what they belong to.
    def _is_statistic(self, tensor):
        largest = max(self._recent, default=0)
        self._recent.append(tensor.numel())
        return STATISTIC * tensor.numel() <= largest

    # Autocast casts weights that are not trained without a graph that would tell. (Whether it is on cannot be asked here.)
    def _is_cast_of_frozen(self, tensor):
        base = _base(tensor)
        if base.grad_fn is not None or tensor.element_size() != 2:
            return False
        return base.dim() == 2 if self.frozen_shapes is None else base.shape in self.frozen_shapes

    def _packed_as(self, tensor):
        own = _own_result(tensor)
        if own == "mask":
            return self._mask(tensor)
        store = self._store_of(tensor, own)
        extent = extent_of(tensor)
        coded = _coded.get(_key(tensor, store, extent))
        is_new = coded is None
        if is_new:
            made = _producers.rebuilt(tensor)
            if made is not None:
                producer = _producers.operator_of(_base(tensor).grad_fn)
                self._count(tensor, "computed again", f"from codes that {producer} keeps", 0)
                return made
            coded, extent = self._code(tensor, store, extent)
        if coded is None:
            return self._kept(tensor, "has values that are not finite")
        self._count(tensor, _what(coded.codes, store), "", coded.codes.bytes if is_new else 0)
        self._packed.add(coded)
        return Laid(coded, extent)

    def _store_of(self, tensor, own):
        if _producers.operator_of(_base(tensor).grad_fn) == "LogSoftmax":  # whoever saves it: one code for all
            return "bf16"
        return own if own == "int8" and self.store == "int4" else self.store

    def _code(self, tensor, store, extent):
        flat = extent.flat(tensor)
        codes = two_values_of(flat) if _is_made_in_place(tensor) else None
        if codes is None:
            codes = Codes(flat, store, _row_of(tensor, extent) if store == "int4" else 0)
        may_wait = _base(tensor).grad_fn is None  # masks have infinities, and no graph
        if not isinstance(codes, Bits) and not codes.is_finite(may_wait):
            if not extent.is_shared:
                return None, extent
            extent = copied(tensor)  # what the view does not show may be anything
            codes = Codes(extent.flat(tensor), store)
            if not codes.is_finite(may_wait):
                return None, extent
        coded = Coded(codes, tensor.untyped_storage())
        _coded[_key(tensor, store, extent)] = coded
        return coded, extent

    def _mask(self, tensor):
        extent = extent_of(tensor)
        coded = Coded(Bits(extent.flat(tensor), 0.0, 1.0, tensor.dtype), tensor.untyped_storage())
        self._count(tensor, "a bit each, exact", "", coded.codes.bytes)
        return Laid(coded, extent)

    # A storage counts once. ``kept``: bytes that are held from now on; None: the storage.
    def _count(self, tensor, what, reason, kept, is_kept_anyway=False):
        storage = _storage_of(tensor)
        row = (what, reason, _producers.operator_of(_base(tensor).grad_fn), tuple(tensor.shape), tensor.dtype)
        sums = self.rows.setdefault(row, [0, 0, 0])
        sums[0] += 1
        plain = 0
        if storage is not None and not is_kept_anyway:
            identity = WeakStorage.identity(storage)
            if identity not in self._seen:
                self._forget_gone()
                self._seen[identity] = WeakStorage(storage)
                plain = storage.nbytes()
        sums[1] += plain
        sums[2] += plain if kept is None else kept

    def _forget_gone(self):
        if len(self._seen) < self._most_seen:
            return
        self._seen = {identity: storage for identity, storage in self._seen.items() if not storage.is_gone()}
        self._whole = {identity: storage for identity, storage in self._whole.items() if not storage.is_gone()}
        self._most_seen = max(1024, 2 * len(self._seen))

    def kept_by_others(self):
        """(tensors, bytes of their codes) of what is packed and stays whole all the same, because something else holds it."""
        alive = [coded for coded in self._packed if not coded.storage.is_gone()]
        return len(alive), sum(coded.codes.bytes for coded in alive)


# The length of the rows that are coded each in groups of their own, or 0: those of tokens, where groups of 128 would
# reach over their ends. (Codes of 8 bits are fine enough without.)
def _row_of(tensor, extent):
    base = _base(tensor)
    row = base.shape[-1] if base.dim() > 1 else 0
    is_of_tokens = base.dim() <= 3 or _producers.operator_of(base.grad_fn) == "Add"
    is_whole = not extent.is_copy and extent.elements == base.numel() and base.is_contiguous()
    return row if is_whole and is_of_tokens and row >= GROUP // 4 and row % GROUP and row % 2 == 0 else 0


def _base(tensor):
    return tensor if tensor._base is None else tensor._base


def _storage_of(tensor):
    try:
        return tensor.untyped_storage()
    except (NotImplementedError, RuntimeError):  # sparse ones have none
        return None


def _key(tensor, store, extent):
    return (WeakStorage.identity(tensor.untyped_storage()), tensor._version, tensor.dtype, store, extent.key())


# A tensor without a graph that was filled in place is often a mask of two values.
def _is_made_in_place(tensor):
    base = _base(tensor)
    return base.grad_fn is None and base._version > 0 and type(tensor) is torch.Tensor and tensor.device.type == "cpu"


def _own_result(tensor):
    if tensor.grad_fn is None or not _producers.saves_itself(tensor):
        return "codes"
    operator = _producers.operator_of(tensor.grad_fn)
    if operator.startswith(("ScaledDotProduct", "Cudnn", "Miopen", "Mkldnn", "ThnnFused")):
        return "codes"
    return _producers.OWN_RESULTS.get(operator, "exact")


def _what(codes, store):
    return "a bit each, exact" if isinstance(codes, Bits) else store
