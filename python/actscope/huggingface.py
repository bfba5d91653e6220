# SPDX-License-Identifier: Apache-2.0
"""Records what a ``transformers.Trainer`` trains: ``Trainer(…, callbacks=[actscope.huggingface.RecordCallback("runs/a")])``."""

import os

from transformers import TrainerCallback

from .record import record


class RecordCallback(TrainerCallback):
    """``actscope.record`` from the first step to the last, on one rank.

    Arguments are those of ``actscope.record``. ``rank`` is the process that records (its global rank): others train
    as if the callback were not there. ``report`` is the file, once training has ended.
    """

    def __init__(self, folder, level="ledger", *, name=None, force=False, rank=0):
        self._recording = record(folder, level, name=name, force=force)
        self._rank = rank
        self._is_open = False

    @property
    def report(self):
        return self._recording.report

    def on_train_begin(self, args, state, control, **kwargs):
        if int(os.environ.get("RANK", "0")) == self._rank and not self._is_open:
            self._recording.__enter__()
            self._is_open = True

    def on_train_end(self, args, state, control, **kwargs):
        if self._is_open:
            self._is_open = False
            self._recording.__exit__(None, None, None)
