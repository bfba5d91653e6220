# SPDX-License-Identifier: Apache-2.0
"""Records what a Lightning trainer trains: ``Trainer(callbacks=[actscope.lightning.RecordCallback("runs/a")])``."""

try:
    from lightning.pytorch import Callback
except ImportError:
    from pytorch_lightning import Callback

from ._callback import RankRecording


class RecordCallback(RankRecording, Callback):
    __doc__ = RankRecording.__doc__ + "A fit that raises leaves a report with status ``failed``."

    def on_fit_start(self, trainer, pl_module):
        self._begin(trainer.global_rank)

    def on_fit_end(self, trainer, pl_module):
        self._end()

    def on_exception(self, trainer, pl_module, exception):
        self._end(exception)
