# SPDX-License-Identifier: Apache-2.0
"""What to do about the storages of a ledger, module by module, and what that would save."""

import math

from .compression import CODE_BITS, USUAL_STORE
from .tables import Table, folded_name

SMALLEST = 64 * 1024  # bytes of a storage below which nothing is advised
GROUP = 128  # elements that share a scale and an offset, 4 bytes for both

# What a node keeps, by the beginning of its name and the member; the first row that fits holds.
# "codes": those that ``compress`` makes where nothing is said, 8 bits an element and the scales; "bits": 1 bit an element; "none": rebuilt from what is kept anyway.
_RULES = (
    ("Addmm", "mat1", "codes", "codes of the layer's input"),
    ("Linear", "input", "codes", "codes of the layer's input"),
    ("Mm", "self", "codes", "codes of the layer's input"),
    ("Relu", "result", "bits", "its sign alone, one bit each"),
    ("NativeDropout", "result1", "bits", "the mask, one bit each"),
    ("Gelu", "self", "codes", "codes of the activation's input"),
    ("Silu", "self", "codes", "codes of the activation's input"),
    ("Softmax", "result", "codes", "scaled_dot_product_attention, or codes"),
    ("LogSoftmax", "result", "none", "the loss of some tokens at a time"),
    ("NativeLayerNorm", "input", "codes", "codes of the norm's input"),
    ("NativeBatchNorm", "input", "codes", "codes of the norm's input"),
    ("CudnnBatchNorm", "input", "codes", "codes of the norm's input"),
    ("Convolution", "input", "codes", "codes of the layer's input"),
    ("ScaledDotProduct", "", "codes", "codes of query, key and value"),
)


def _rule_of(holder):
    for node, member, form, text in _RULES:
        if holder["node"].startswith(node) and holder["member"].startswith(member):
            return form, text
    return "codes", "codes, or recompute the module"


def _elements(storage):
    holder = storage.holders[0]
    sizes = holder["sizes"]
    elements = 1 if sizes == "scalar" else math.prod(map(int, sizes.split("x")))
    return storage.bytes * elements // max(holder["tensor_bytes"], 1)  # of the whole storage, by the size of one


def bytes_left(form, elements):
    """What a tensor of so many elements takes in another form."""
    if form == "codes":
        return elements * CODE_BITS[USUAL_STORE] // 8 + math.ceil(elements / GROUP) * 4
    return math.ceil(elements / 8) if form == "bits" else 0


def advice_of(ledger):
    """A table: for every module what to do, what it saves, and who else has to let go first.

    Modules that differ in a number alone are one row, the largest saving first. Integers, storages below 64 KiB and
    storages that the program itself keeps are left out: nothing done in the model would free those.
    """
    rows = {}
    for storage in ledger.storages:
        first = storage.holders[0]
        if storage.bytes < SMALLEST or storage.others_keep_it or not _is_float(first["dtype"]):
            continue
        form, text = _rule_of(first)
        saved = storage.bytes - bytes_left(form, _elements(storage))
        if saved <= 0:
            continue
        module = folded_name(storage.module)
        here = (first["layer"], first["node"])
        others = sorted({f"{folded_name(h['layer']) or 'the loss'} ({h['node'].removesuffix('Backward0')})"
                         for h in storage.holders[1:] if (h["layer"], h["node"]) != here})
        key = (module, text, ", ".join(others))
        count, total, kept = rows.get(key, (0, 0, 0))
        rows[key] = (count + 1, total + saved, kept + storage.bytes)
    ordered = sorted(rows.items(), key=lambda row: row[1][1], reverse=True)
    return Table(("module", "storages", "kept_bytes", "saves_bytes", "keep instead", "if these let go too"),
                 [(module, count, kept, saved, do, others) for (module, do, others), (count, saved, kept) in ordered])


def _is_float(dtype):
    return dtype in ("float", "double", "c10::BFloat16", "c10::Half")
