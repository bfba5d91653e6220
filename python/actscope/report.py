# SPDX-License-Identifier: Apache-2.0
"""Reads the documents of Actscope: reports of runs, whichever program wrote them."""

import json
import pathlib

import torch

from .errors import ReportError, text_of
from .ledger import Ledger
from .tables import Table, bytes_text


class Report:
    """A document, read and checked. ``Report.load(path)`` takes a file or the folder of a run.

    kind      ``"actscope.run"`` and so on; document  the whole of it as dicts and lists
    """

    def __init__(self, document, path=None):
        self.document, self.path = document, path

    @classmethod
    def load(cls, path):
        """Raises ReportError: not there, not readable, or no document of Actscope."""
        path = pathlib.Path(path)
        file = path / "report.json" if path.is_dir() else path
        text = text_of(file)
        try:
            torch.ops.actscope.validate_document(text, str(file))
        except RuntimeError as error:
            raise ReportError(str(error).split("\n")[0]) from error
        return cls(json.loads(text), file)

    @property
    def kind(self):
        return self.document["schema"]["name"]

    @property
    def summary(self):
        return self.document.get("summary", {})

    @property
    def ledger(self):
        """The ``Ledger`` of a run, or None."""
        record = self.document.get("ledger")
        return Ledger(record) if record else None

    @property
    def operators(self):
        """A table of operators with their module, phase, calls and seconds, the longest first."""
        names = ("name", "layer", "phase", "calls", "total_s")
        rows = [tuple(row[name] for name in names) for row in self.document.get("operators", [])]
        return Table(names, sorted(rows, key=lambda row: row[-1], reverse=True))

    def to_pandas(self):
        """One row of the summary's figures."""
        import pandas

        return pandas.DataFrame([{name: value for name, value in self.summary.items() if not isinstance(value, (dict, list))}])

    def _rows(self):
        for name, value in self.summary.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                yield name, bytes_text(value) if name.endswith("_bytes") else f"{value:.6g}"

    def __str__(self):
        return f"{self.kind} {self.path or ''}\n{Table(('figure', 'value'), self._rows())}"

    __repr__ = __str__

    def _repr_html_(self):
        return Table(("figure", "value"), self._rows())._repr_html_()
