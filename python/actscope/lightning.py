# SPDX-License-Identifier: Apache-2.0
"""Records what a Lightning trainer trains: ``Trainer(callbacks=[actscope.lightning.RecordCallback("runs/a")])``."""

try:
    from lightning.pytorch import Callback
except ImportError:
    from pytorch_lightning import Callback

from .record import record


class RecordCallback(Callback):
    """``actscope.record`` from the first step to the last, on one rank.

    Arguments are those of ``actscope.record``. ``rank`` is the process that records (its global rank): others train
    as if the callback were not there. ``report`` is the file, once training has ended; a fit that raises leaves a
    report with status ``failed``.
    """

    def __init__(self, folder, level="ledger", *, name=None, force=False, rank=0):
        self._recording = record(folder, level, name=name, force=force)
        self._rank = rank
        self._is_open = False

    @property
    def report(self):
        return self._recording.report

    def on_fit_start(self, trainer, pl_module):
        if trainer.global_rank == self._rank and not self._is_open:
            self._recording.__enter__()
            self._is_open = True

    def on_fit_end(self, trainer, pl_module):
        self._end(None)

    def on_exception(self, trainer, pl_module, exception):
        self._end(exception)

    def _end(self, error):
        if self._is_open:
            self._is_open = False
            self._recording.__exit__(type(error) if error else None, error, None)
