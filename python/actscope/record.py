# SPDX-License-Identifier: Apache-2.0
"""Records a training loop into a folder: a report that dashboard, comparison and gate take."""

import os
import pathlib
import threading

import torch

from ._session import Session
from .errors import FolderError

LEVELS = ("ledger", "timeline")
_at_work = threading.Lock()
_DTYPES = {torch.float32: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16", torch.float64: "fp64"}


class record:
    """Records every training step while it is entered; leaves ``report.json`` in a folder.

        with actscope.record("runs/a", level="timeline"):
            train()

    folder  a new or empty folder; with ``force=True`` one of an earlier recording, whose files are replaced
    level   ``"ledger"``: what one step keeps for backward, step times, losses; ``"timeline"``: operators and
            allocations of some steps as well, with ``trace.db`` and ``trace.pftrace``
    name    of the model in the report; without one its class

    Steps are found by ``backward()`` and ``optimizer.step()``, modules by their names in the model. Raises ValueError:
    an unknown level; FolderError: the folder is not empty or cannot be written; RuntimeError: another recording is at
    work. An error of the recording itself ends it with a warning, and the training goes on.
    """

    def __init__(self, folder, level="ledger", *, name=None, force=False):
        if level not in LEVELS:
            raise ValueError(f"no such level [got {level!r}]: give one of {', '.join(LEVELS)}")
        self.folder, self.level, self.name, self.force = pathlib.Path(folder), level, name, force
        self.report = None  # the folder's report.json, once it is written
        self._session = None

    def __enter__(self):
        if not _at_work.acquire(blocking=False):
            raise RuntimeError("another recording is at work in this process: end it first")
        try:
            _prepare(self.folder, self.force)
            self._session = Session(self._make_recording)
            self._session.start()
        except BaseException:
            _at_work.release()
            raise
        return self

    def __exit__(self, kind, error, trace):
        session = self._session
        try:
            session.stop()
            self._write(session, kind, error)
        finally:
            session.recording = None
            _at_work.release()

    def _make_recording(self, model, inputs):
        parameters = list(model.parameters())
        tensor = next(iter(parameters), None)
        device = tensor.device.type if tensor is not None else "cpu"
        if device == "cpu":
            torch.ops.actscope.count_allocations()
        dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else getattr(tensor, "dtype", torch.float32)
        batch = next((t.shape[0] for t in inputs if t.dim() > 0), 0)
        return torch.classes.actscope.Recording(
            self.name or type(model).__name__, device, _DTYPES.get(dtype, str(dtype).removeprefix("torch.")), batch,
            sum(p.numel() for p in parameters), self.level, str(self.folder))

    def _write(self, session, kind, error):
        if session.recording is None:
            if kind is None:
                raise RuntimeError("no training step was seen: no module in training mode was called before optimizer.step()")
            return
        warnings = [f"the recording stopped early: {session.failure}"] if session.failure else []
        document = session.recording.finish(*_status_of(error), warnings)
        self.report = self.folder / "report.json"
        temporary = self.folder / ".report.json.part"
        try:
            temporary.write_text(document, encoding="utf-8")
            os.replace(temporary, self.report)
        except OSError as failure:
            temporary.unlink(missing_ok=True)
            raise FolderError(f"cannot write {self.report} [{failure.strerror}]: free some space or name another folder") from failure


def _status_of(error):
    """Status and reason of a run that ended with an error, or with None."""
    if error is None or isinstance(error, SystemExit) and error.code in (None, 0):
        return "completed", ""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", "stopped from the keyboard"
    return "failed", f"{type(error).__name__}: {error}".split("\n")[0]


def _prepare(folder, force):
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise FolderError(f"cannot use the folder {folder} [{error.strerror}]: name another") from error
    ours = {"report.json", "trace.db", "trace.pftrace", "trace.db-wal", "trace.db-shm", ".report.json.part"}
    if there and not force:
        raise FolderError(f"the folder {folder} is not empty [it has {there[0]}]: name another, or force=True to start over")
    strange = [name for name in there if name not in ours]
    if strange:
        raise FolderError(f"the folder {folder} has files that no recording made [{strange[0]}]: name another")
    for name in there:
        (folder / name).unlink()
