# SPDX-License-Identifier: Apache-2.0
"""Everything that autograd saves, packed: a context manager, and the account of what it did."""

import torch

from ._graph import tensors_within
from ._offload import STORES, packing_of, require_device
from ._packing import LEAST_BYTES, hooked, least_bytes_of
from .compression import USUAL_STORE, _one_of
from .tables import Accounted, Table, bytes_text


class saved_tensors:
    """Packs every tensor that autograd saves while it is entered, and unpacks it in backward.

        with actscope.saved_tensors(model=model) as saved:
            loss = loss_fn(model(x), y)
        loss.backward()
        print(saved.report)

    store        'int8' or 'int4': codes with a scale and an offset for 128 adjacent elements; 'bf16': rounded values;
                 'offload': as they are, in pinned memory of the host (of what lies on a CUDA device)
    model        whose parameters and buffers are left alone even where nothing else tells them; may be left out
    given        tensors that you keep anyway, as the batch: packing them would save nothing
    least_bytes  smaller tensors are left alone

    A storage is coded once, whoever saves it, however often. Masks (of ReLU, of dropout) become bits and stay exact;
    outputs of GELU, SiLU, normalizations and products are computed again from the codes of what they were made from.
    Parameters, what is computed from parameters alone, integers, booleans, small tensors and values that are not
    finite are left alone, each with its reason in ``report``. Gradients see decoded values: the output of the forward
    pass is bit for bit what it was.

    Raises ValueError or TypeError where an argument is wrong. It can be entered again; then ``report`` is of the last
    time.
    """

    def __init__(self, store=USUAL_STORE, *, model=None, given=(), least_bytes=LEAST_BYTES):
        self.store = _one_of("store", store, STORES)
        if model is not None and not isinstance(model, torch.nn.Module):
            raise TypeError(f"not a torch.nn.Module [got {type(model).__name__}]: give the model")
        self.model, self.given, self.least_bytes = model, given, least_bytes_of(least_bytes)
        if store == "offload":
            require_device([*_kept_by(model), *(tensor for _, tensor in tensors_within(given))])
        self._entered = []
        self.report = None

    def __enter__(self):
        given = [*_kept_by(self.model), *(tensor for _, tensor in tensors_within(self.given))]
        packing = packing_of(self.store, self.least_bytes, given, _frozen_shapes(self.model))
        context = hooked(packing)
        context.__enter__()
        self._entered.append(context)
        self.report = SavedReport(packing)
        return self

    def __exit__(self, *exception):
        self.report.close()
        return self._entered.pop().__exit__(*exception)


def _kept_by(model):
    return () if model is None else (*model.parameters(), *model.buffers())


def _frozen_shapes(model):
    return None if model is None else {p.shape for p in model.parameters() if not p.requires_grad}


class SavedReport(Accounted):
    """What became of the tensors that autograd saved. Print it.

    plain_bytes  what would have been kept; kept_bytes: what is. Parameters and what the caller keeps anyway count in
                 neither. A storage that is saved many times counts once.
    """

    def __init__(self, packing):
        self._packing = packing
        self._others = None

    def close(self):
        if self._others is None:
            self._others = self._packing.kept_by_others()

    @property
    def rows(self):
        """A list of dicts, one for each kind of tensor."""
        return [{"what": what, "reason": reason, "made by": producer, "shape": list(shape), "dtype": str(dtype).removeprefix("torch."),
                 "tensors": count, "plain_bytes": plain, "kept_bytes": kept}
                for (what, reason, producer, shape, dtype), (count, plain, kept) in self._packing.rows.items()]

    @property
    def plain_bytes(self):
        return sum(row["plain_bytes"] for row in self.rows)

    @property
    def kept_bytes(self):
        return sum(row["kept_bytes"] for row in self.rows)

    @property
    def also_kept(self):
        """(tensors, bytes of their codes) of what was packed although something else keeps it whole: that saves nothing.

        Looked up when the context was left, then the final outputs and the batch are among them: give the batch as ``given``.
        """
        return self._others if self._others is not None else self._packing.kept_by_others()

    @property
    def table(self):
        ordered = sorted(self.rows, key=lambda row: row["plain_bytes"], reverse=True)
        return Table(("saved as", "made by", "shape", "tensors", "plain_bytes", "kept_bytes", "why"),
                     [(row["what"], row["made by"], f"{row['shape']} {row['dtype']}", row["tensors"], row["plain_bytes"],
                       row["kept_bytes"], row["reason"]) for row in ordered])

    def to_pandas(self):
        """The table as a ``pandas.DataFrame``."""
        return self.table.to_pandas()

    def _account(self):
        times = f", {self.plain_bytes / self.kept_bytes:.1f} times less" if self.kept_bytes else ""
        yield f"{bytes_text(self.kept_bytes)} kept instead of {bytes_text(self.plain_bytes)}{times}."
        count, size = self.also_kept
        if count:
            yield (f"{count} packed tensor{'s are' if count > 1 else ' is'} kept whole by something else: "
                   f"{bytes_text(size)} of codes save nothing.")


__all__ = ["SavedReport", "saved_tensors"]
