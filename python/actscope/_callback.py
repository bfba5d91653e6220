# SPDX-License-Identifier: Apache-2.0
"""What the callbacks for trainers of others share: a recording on one rank."""

from .record import record


class RankRecording:
    """``actscope.record`` from the first step to the last, on one rank.

    Arguments are those of ``actscope.record``. ``rank`` is the process that records (its global rank): others train
    as if the callback were not there. ``report`` is the file, once training has ended.
    """

    def __init__(self, folder, level="ledger", *, name=None, force=False, rank=0):
        super().__init__()
        self._recording = record(folder, level, name=name, force=force)
        self._rank = rank
        self._is_open = False

    @property
    def report(self):
        return self._recording.report

    def _begin(self, rank):
        if rank == self._rank and not self._is_open:
            self._recording.__enter__()
            self._is_open = True

    def _end(self, error=None):
        if self._is_open:
            self._is_open = False
            self._recording.__exit__(type(error) if error else None, error, None)
