# SPDX-License-Identifier: Apache-2.0
"""What is studied: models, ways to keep less, seeds and lengths; needs nothing but Python."""

import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]

MODELS = {
    "gpt2": "GPT-2 of transformers: bytes of a text, width 128, 2 layers, rows of 96 bytes",
    "vit": "vision transformer of timm: Fashion-MNIST, patches of 7, width 64, 2 layers",
    "resmlp": "ResMLP of timm: Fashion-MNIST, patches of 7, width 64, 3 layers",
}
BATCHES = {"gpt2": 3, "vit": 48, "resmlp": 48}  # rows or images of a training step
TIMED = 3  # times as many where steps are timed: of a small one a good part is Python
MEASURED = 12  # and where bytes are: the resident set has a grain


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to keep less. ``is_exact``: gradients are those of plain PyTorch, so that training shows nothing new."""

    title: str
    is_exact: bool
    group: str = "eager"  # ways of one group are timed in one process


WAYS = {
    "plain": Way("PyTorch as it is", True),
    "int4": Way('`actscope.compress(model, "int4")`', False),
    "int8": Way("`actscope.compress(model)`, the default: int8", False),
    "checkpoint": Way("`torch.utils.checkpoint` by block", True),
    "compiled": Way("`torch.compile`", True, "compiled"),
    "budget": Way("`torch.compile`, `activation_memory_budget = 0.5`", True, "budget"),
    "save-on-cpu": Way("`torch.autograd.graph.save_on_cpu`", True),
    "disk": Way("offload to files by hooks", True),
}


@dataclasses.dataclass(frozen=True)
class Settings:
    """What one study runs. Runs of other settings do not mix with it."""

    models: tuple = tuple(MODELS)
    ways: tuple = tuple(WAYS)
    seeds: tuple = (0, 1, 2)
    steps: int = 1000
    rounds: int = 45
    rate: float = 1e-3
    text: str = ""

    @classmethod
    def read(cls, document):
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in document.items()})

    def document(self):
        return {name: list(value) if isinstance(value, tuple) else value for name, value in dataclasses.asdict(self).items()}
