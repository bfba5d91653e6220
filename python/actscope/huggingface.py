# SPDX-License-Identifier: Apache-2.0
"""Records what a ``transformers.Trainer`` trains: ``Trainer(…, callbacks=[actscope.huggingface.RecordCallback("runs/a")])``."""

import os

from transformers import TrainerCallback

from ._callback import RankRecording


class RecordCallback(RankRecording, TrainerCallback):
    __doc__ = RankRecording.__doc__

    def on_train_begin(self, args, state, control, **kwargs):
        self._begin(int(os.environ.get("RANK", "0")))

    def on_train_end(self, args, state, control, **kwargs):
        self._end()
