# SPDX-License-Identifier: Apache-2.0
"""What is trained on: an English text by bytes, and Fashion-MNIST. Both are Debian packages."""

import gzip
import hashlib
import pathlib
import re
import shutil
import subprocess

import torch

IMAGES = pathlib.Path("/usr/share/datasets/fashion-mnist")
WINDOWS = 64  # of held-out text
HELD_OUT = 0.1  # of the text, its end


class MissingData(Exception):
    """Data that scripts/setup installs are not there."""


def english(path):
    """The bytes of a file, or without one the King James Bible of the Debian package bible-kjv, a verse a line."""
    if path:
        try:
            return pathlib.Path(path).read_bytes()
        except OSError as error:
            raise MissingData(f"cannot read the text {path} [{error.strerror}]: name another") from error
    if shutil.which("bible") is None:
        raise MissingData("the text is missing [no program bible]: scripts/setup --full installs bible-kjv")
    command = ["bible", "-f", "gen1:1-rev22:21"]
    verses = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout
    return re.sub(rb"^\w+:\d+ ", b"", verses, flags=re.MULTILINE)  # without their places


class Text:
    """Rows of bytes and the bytes that follow them. ``sha256`` is that of the whole text."""

    metric = "nats a byte"

    def __init__(self, path, rows, tokens):
        raw = english(path)
        self.sha256, self.rows, self.tokens = hashlib.sha256(raw).hexdigest(), rows, tokens
        whole = torch.frombuffer(bytearray(raw), dtype=torch.uint8).long()
        count = int(len(whole) * (1 - HELD_OUT))
        self.train, self.held_out = whole[:count], whole[count:]
        if len(self.held_out) < WINDOWS + tokens:
            raise MissingData(f"the text is too short [{len(whole):,} bytes]: a tenth of it has to hold "
                              f"{WINDOWS + tokens} bytes")

    def _at(self, text, starts):
        windows = torch.stack([text[start:start + self.tokens + 1] for start in starts])
        return windows[:, :-1].contiguous(), windows[:, 1:].contiguous()

    def batches(self, seed):
        generator = torch.Generator().manual_seed(seed)
        while True:
            yield self._at(self.train, torch.randint(len(self.train) - self.tokens, (self.rows,), generator=generator))

    def held_out_batches(self):
        starts = torch.linspace(0, len(self.held_out) - self.tokens - 1, WINDOWS).long()
        for some in starts.split(16):
            yield self._at(self.held_out, some)


def _idx(name):
    path = IMAGES / f"{name}.gz"
    path = path if path.exists() else IMAGES / name
    if not path.exists():
        raise MissingData(f"Fashion-MNIST is missing [no {path}]: scripts/setup installs dataset-fashion-mnist")
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if path.suffix == ".gz" else raw
    sizes = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return torch.frombuffer(bytearray(raw[4 + 4 * raw[3]:]), dtype=torch.uint8).view(sizes)


def _scaled(images):
    """[batch, 28, 28] of 0 to 255 as [batch, 1, 28, 28] of mean 0 and deviation 1."""
    return (images.float().unsqueeze(1) - 72.94) / 90.02


class Images:
    """Batches of images and their classes."""

    metric = "nats an image"

    def __init__(self, batch):
        self.batch = batch
        train, test = _idx("train-images-idx3-ubyte"), _idx("t10k-images-idx3-ubyte")
        self.sha256 = hashlib.sha256(train.numpy().tobytes() + test.numpy().tobytes()).hexdigest()
        self.train, self.held_out = train, test
        self.classes, self.held_out_classes = (_idx(f"{part}-labels-idx1-ubyte").long() for part in ("train", "t10k"))

    def batches(self, seed):
        generator = torch.Generator().manual_seed(seed)
        while True:
            for some in torch.randperm(len(self.train), generator=generator).split(self.batch):
                if len(some) == self.batch:
                    yield _scaled(self.train[some]), self.classes[some]

    def held_out_batches(self):
        for images, classes in zip(self.held_out.split(250), self.held_out_classes.split(250)):
            yield _scaled(images), classes
