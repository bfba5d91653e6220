# SPDX-License-Identifier: Apache-2.0
"""Errors of the package that are not Python's own, and the reading of what may not be there."""

import pathlib


class FolderError(OSError):
    """A folder for a recording is not empty, not there or not writable."""


class ReportError(ValueError):
    """A file is no report, or one that is damaged."""


def text_of(path, what=""):
    """The text of a file that a person named, ``what`` before its name in errors. Raises ReportError: it is not there, not readable, or no UTF-8."""
    try:
        return pathlib.Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(f"cannot read {what}{path} [{getattr(error, 'strerror', None) or 'not UTF-8'}]") from error
