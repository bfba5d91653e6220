# SPDX-License-Identifier: Apache-2.0
"""Errors of the package that are not Python's own."""


class FolderError(OSError):
    """A folder for a recording is not empty, not there or not writable."""


class ReportError(ValueError):
    """A file is no report, or one that is damaged."""
