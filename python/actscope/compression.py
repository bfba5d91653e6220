# SPDX-License-Identifier: Apache-2.0
"""What a linear layer keeps of its input, checked where it is said."""

import dataclasses
import numbers

CODE_BITS = {"int4": 4, "int8": 8}
USUAL_STORE = "int8"  # cost no loss in three models of other people's libraries; int4 cost one some: docs/results-python.md
STORES = (*CODE_BITS, "bsr")
SELECTS = ("row", "panel", "column", "global", "random", "threshold")
MOST_SIDE = 1024
USUAL_BLOCK = 16


def sides_of(block):
    """(rows, columns) of a block that is given as a side or as both."""
    sides = (block, block) if isinstance(block, numbers.Integral) else block
    is_pair = isinstance(sides, (tuple, list)) and len(sides) == 2
    if not is_pair or not all(isinstance(s, numbers.Integral) and not isinstance(s, bool) for s in sides):
        raise TypeError(f"block is neither a whole number nor two of them [got {block!r}]: give 16 or (8, 32)")
    if not all(1 <= side <= MOST_SIDE for side in sides):
        raise ValueError(f"a side of a block lies outside 1 to {MOST_SIDE} [got {block!r}]: give 16 or (8, 32)")
    return int(sides[0]), int(sides[1])


def _share(sparsity):
    if isinstance(sparsity, bool) or not isinstance(sparsity, numbers.Real):
        raise TypeError(f"sparsity is not a number [got {sparsity!r}]: give the share of blocks to drop, as 0.8")
    if not 0 <= sparsity < 1:
        raise ValueError(f"sparsity lies outside 0 to below 1 [got {sparsity!r}]: give the share of blocks to drop, as 0.8")
    return float(sparsity)


def _one_of(what, value, allowed):
    if not isinstance(value, str):
        raise TypeError(f"{what} is not a string [got {value!r}]: give one of {', '.join(allowed)}")
    if value not in allowed:
        raise ValueError(f"no such {what} [got {value!r}]: give one of {', '.join(allowed)}")
    return value


@dataclasses.dataclass(frozen=True)
class Compression:
    """What a linear layer keeps of its input for the gradient of its weight.

    store     'int4' or 'int8': codes of everything, with a scale and an offset for 128 adjacent elements;
              'bsr': the largest blocks alone
    block     of 'bsr', (rows, columns): rows count tokens, columns count features
    sparsity  of 'bsr', the share of blocks dropped, in [0, 1)
    select    of 'bsr', among which blocks the largest are kept: 'row', 'panel', 'column', 'global'; 'random' keeps any;
              'threshold' those whose norm reaches what would have kept the right number a pass before
    unbiased  of 'bsr', whether blocks are drawn in proportion to their norms and rescaled
    """

    store: str
    block: tuple = (0, 0)
    sparsity: float = 0.0
    select: str = ""
    unbiased: bool = False

    @classmethod
    def of(cls, store=None, block=None, sparsity=None, select=None, unbiased=False):
        """Checked settings: int8 where nothing is given; where a sparsity is, blocks of 16x16 chosen by row."""
        if not isinstance(unbiased, bool):
            raise TypeError(f"unbiased is neither True nor False [got {unbiased!r}]")
        if store is not None:
            _one_of("store", store, STORES)
        asked = {"block": block is not None, "select": select is not None, "unbiased": unbiased}
        if block is not None:
            block = sides_of(block)
        if select is not None:
            _one_of("select", select, SELECTS)
        if sparsity is None:
            pruning = [name for name, is_given in asked.items() if is_given] or (["store='bsr'"] if store == "bsr" else [])
            if pruning:
                raise ValueError(f"{pruning[0]} prunes, and no sparsity is given: give the share of blocks to drop, as sparsity=0.8")
            return cls(store or USUAL_STORE)
        if store in CODE_BITS:
            raise ValueError(f"{store!r} keeps codes of everything and sparsity prunes: give one of the two")
        return cls("bsr", block or (USUAL_BLOCK, USUAL_BLOCK), _share(sparsity), select or "row", unbiased)

    @property
    def bits(self):
        """The bits of one code; 0 where blocks are kept."""
        return CODE_BITS.get(self.store, 0)

    def require_fit(self, in_features, what="the layer"):
        """Refuses a block with more columns than the input has features."""
        if self.block[1] > in_features:
            raise ValueError(
                f"a block has {self.block[1]} columns and {what} takes {in_features} features: "
                "give a smaller block, or leave the layer out")

    def __str__(self):
        if self.bits:
            return self.store
        draw = ", unbiased" if self.unbiased else ""
        return f"{self.block[0]}x{self.block[1]} at {100 * self.sparsity:g} %, {self.select}{draw}"
