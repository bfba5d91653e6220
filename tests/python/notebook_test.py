# SPDX-License-Identifier: Apache-2.0
"""The notebook of the samples runs, and prints what it shows."""

import pathlib

import nbformat
import pytest
from nbclient import NotebookClient

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples" / "python"


def shown(cell):
    """What a cell prints or ends with, as text."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        else:
            assert output.output_type in ("execute_result", "display_data"), output
            parts.append(output.data["text/plain"])
    return "".join(parts)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", ["memory.ipynb"])
def test_a_notebook_runs_and_shows_what_it_prints(name):
    kept = nbformat.read(SAMPLES / name, as_version=4)
    nbformat.validate(kept)
    run = nbformat.from_dict(kept)
    for cell in code_cells(run):
        cell.outputs = []
    NotebookClient(run, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(SAMPLES)}}).execute()
    pairs = list(zip(code_cells(kept), code_cells(run), strict=True))
    assert len(pairs) >= 9
    for before, after in pairs:
        varies = "varies" in before.metadata.get("tags", [])  # losses: they depend on the processor
        told = (shown(before).split(":")[0], shown(after).split(":")[0]) if varies else (shown(before), shown(after))
        assert told[0] == told[1], before.source
        html = [output.data["text/html"] for output in after.outputs if "text/html" in output.get("data", {})]
        assert all(page.lstrip().startswith("<") for page in html)
    assert any("text/html" in output.get("data", {}) for _, cell in pairs for output in cell.outputs)
