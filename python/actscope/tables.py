# SPDX-License-Identifier: Apache-2.0
"""Tables for people: text in a terminal, HTML in a notebook, rows for a program."""

import html
import re

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def bytes_text(count):
    """1,572,864 as "1.50 MiB": three digits that matter."""
    value, unit = float(count), 0
    while abs(value) >= 1000 and unit + 1 < len(_UNITS):
        value, unit = value / 1024, unit + 1
    if unit == 0:
        return f"{count} B"
    return f"{value:.{2 if abs(value) < 10 else 1 if abs(value) < 100 else 0}f} {_UNITS[unit]}"


def folded_name(name):
    """``blocks.3.fc1`` as ``blocks.*.fc1``: modules that differ in a number alone."""
    return re.sub(r"(?<![^.])\d+(?![^.])", "*", name)


class Accounted:
    """What is shown as a table and sentences below it: ``_shown``, a ``Table``, and ``_account()``, the sentences."""

    @property
    def _shown(self):
        return self.table

    def __str__(self):
        return f"{self._shown}\n\n" + "\n".join(self._account())

    __repr__ = __str__

    def _repr_html_(self):
        return self._shown._repr_html_() + "".join(f"<p>{line}</p>" for line in self._account())


class Table:
    """Rows under named columns. A column that ends in ``_bytes`` is shown in units, ``share`` in percent."""

    def __init__(self, columns, rows):
        self.columns = tuple(columns)
        self.rows = [tuple(row) for row in rows]

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        return (dict(zip(self.columns, row)) for row in self.rows)

    def to_pandas(self):
        """A ``pandas.DataFrame`` of the same columns, numbers as numbers."""
        import pandas

        return pandas.DataFrame(self.rows, columns=list(self.columns))

    def _cells(self):
        def text(column, value):
            if column.endswith("_bytes"):
                return bytes_text(value)
            return f"{100 * value:.1f} %" if column == "share" else str(value)

        titles = [column.removesuffix("_bytes") for column in self.columns]
        return [titles] + [[text(column, value) for column, value in zip(self.columns, row)] for row in self.rows]

    def _is_number(self, index):
        return all(isinstance(row[index], (int, float)) for row in self.rows) and bool(self.rows)

    def __str__(self):
        cells = self._cells()
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        cells.insert(1, ["-" * width for width in widths])
        align = [str.rjust if self._is_number(i) else str.ljust for i in range(len(self.columns))]
        return "\n".join("  ".join(a(cell, w) for a, cell, w in zip(align, row, widths)).rstrip() for row in cells)

    __repr__ = __str__

    def _repr_html_(self):
        titles, *rows = ([html.escape(cell) for cell in row] for row in self._cells())
        styles = [' style="text-align:right"' if self._is_number(i) else "" for i in range(len(self.columns))]
        head = "".join(f"<th>{title}</th>" for title in titles)
        body = "".join("<tr>" + "".join(f"<td{s}>{c}</td>" for s, c in zip(styles, row)) + "</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
