# SPDX-License-Identifier: Apache-2.0
"""A fixture that holds the memory of a model to a committed baseline, byte by byte.

    def test_memory(actscope_memory):
        actscope_memory(model, inputs, loss=loss_fn)

Baselines are JSON files in ``actscope_baselines/`` beside the test; ``pytest --actscope-record`` writes them.
"""

import json
import pathlib
import re

import pytest


def pytest_addoption(parser):
    parser.getgroup("actscope").addoption(
        "--actscope-record", action="store_true", help="write the baselines of actscope_memory instead of comparing")


@pytest.fixture
def actscope_memory(request):
    """A function ``(model, inputs, loss=None, name=None)``: fails where the model keeps other bytes than its baseline.

    It compares the bytes of every module, the storages and the residual of ``actscope.ledger``, and returns the ledger.
    ``name`` tells apart several in one test.
    """

    def check(model, inputs=(), loss=None, name=None):
        from .ledger import ledger  # torch is loaded where the fixture is used, not where pytest starts

        measured = ledger(model, inputs, loss)
        test = re.sub(r"[^\w.-]+", "_", request.node.name) + (f"-{name}" if name else "")
        file = pathlib.Path(request.node.path).parent / "actscope_baselines" / f"{pathlib.Path(request.node.path).stem}-{test}.json"
        found = facts_of(measured)
        if request.config.getoption("--actscope-record"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            return measured
        if not file.exists():
            pytest.fail(f"no baseline {file}: run pytest --actscope-record and commit it", pytrace=False)
        try:
            baseline = json.loads(file.read_text(encoding="utf-8"))
            differences = list(differences_of(baseline, found))
        except (ValueError, KeyError, TypeError, AttributeError):
            pytest.fail(f"{file} is no baseline of actscope_memory: run pytest --actscope-record", pytrace=False)
        if differences:
            pytest.fail(f"memory differs from {file.name}:\n  " + "\n  ".join(differences), pytrace=False)
        return measured

    return check


def facts_of(measured):
    """What a baseline holds: sums, and the bytes of every holder in every module."""
    holders = {}
    for storage in measured.storages:
        key = f"{storage.module}: {storage.holder}"
        holders[key] = holders.get(key, 0) + storage.bytes
    return {"kept_bytes": measured.kept_bytes, "residual_bytes": measured.residual_bytes, "holders": holders}


def differences_of(baseline, found):
    """A line for each figure that is not the same, the sums first."""
    for figure in ("kept_bytes", "residual_bytes"):
        if baseline[figure] != found[figure]:
            yield f"{figure}: {baseline[figure]:,} before, {found[figure]:,} now"
    before, now = baseline["holders"], found["holders"]
    for key in sorted({*before, *now}):
        if before.get(key, 0) != now.get(key, 0):
            yield f"{key}: {before.get(key, 0):,} before, {now.get(key, 0):,} now"
