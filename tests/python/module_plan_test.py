# SPDX-License-Identifier: Apache-2.0
"""Plans as they are shown, written and read: what is damaged or of another kind is named."""

import copy
import json

import actscope
import pytest
from actscope import Plan

DOCUMENT = {
    "schema": {"name": "actscope.module_plan", "version": "1.0.0"}, "model": "Decoder", "device": "cpu",
    "ways": {"blocks.0": "recompute", "blocks.1": "int4", "blocks.1.mlp": "keep"}, "least_bytes": 65536,
    "budget": {"bytes": 5 * 2**20, "of": "peak", "error": 0.25},
    "plain": {"kept_bytes": 8 * 2**20, "peak_bytes": 10 * 2**20, "step_ms": 100.0},
    "predicted": {"kept_bytes": 3 * 2**20, "peak_bytes": 5 * 2**20, "extra_ms": 20.0, "error": 0.1},
    "measured": {"kept_bytes": 3 * 2**20, "peak_bytes": 4 * 2**20, "step_ms": 125, "error": 0.11},
    "rows": [{"module": "blocks.0", "modules": 1, "kind": "Block", "way": "recompute", "before_bytes": 4 * 2**20,
              "after_bytes": 2**20, "extra_ms": 12.0, "error": 0, "reason": "saves 3.00 MiB for 12 ms each"},
             {"module": "head", "modules": 1, "kind": "Linear", "way": "keep", "before_bytes": 100, "after_bytes": 100,
              "extra_ms": 0.0, "error": 0.0, "reason": "the budget does not need it"}],
    "candidates": [{"module": "blocks.*", "modules": 2, "way": "offload", "saved_bytes": 0, "peak_bytes": 0, "extra_ms": None,
                    "error": None, "note": "<no> room"}],
    "notes": ["Nothing is offloaded: the model lies on the CPU."]}


def changed(path, value):
    document = copy.deepcopy(DOCUMENT)
    *folders, name = path
    there = document
    for folder in folders:
        there = there[folder]
    if value is None:
        del there[name]
    else:
        there[name] = value
    return document


def test_it_is_shown_as_text_and_html():
    plan = Plan(DOCUMENT)
    lines = str(plan).splitlines()
    assert lines[0].split() == ["module", "modules", "way", "before", "after", "ms", "error", "reason"]
    assert lines[2].split()[:8] == ["blocks.0", "1", "recompute", "4.00", "MiB", "1.00", "MiB", "12"]
    assert lines[-4:] == [
        "Budget: 5.00 MiB of a step's peak above what is there before, gradient's error at most 0.25.",
        "Peak 4.00 MiB instead of 10.0 MiB (5.00 MiB predicted); kept for backward 3.00 MiB instead of 8.00 MiB "
        "(3.00 MiB predicted).",
        "A step takes 125 ms instead of 100: 1.25 times (1.20 predicted); the gradient differs by 0.11 of its norm.",
        "Nothing is offloaded: the model lies on the CPU."]
    assert "<table>" in plan._repr_html_() and "<p>Budget: 5.00 MiB" in plan._repr_html_()
    assert "&lt;no&gt; room" in plan.candidates._repr_html_() and repr(plan) == str(plan)
    assert (plan.budget_bytes, plan.of, plan.least_bytes) == (5 * 2**20, "peak", 65536)


def test_the_rows_are_a_frame():
    pandas = pytest.importorskip("pandas")
    frame = Plan(DOCUMENT).to_pandas()
    assert isinstance(frame, pandas.DataFrame) and list(frame["module"]) == ["blocks.0", "head"]


def test_it_is_written_and_read(tmp_path):
    path = tmp_path / "plan.json"
    text = Plan(DOCUMENT).to_json(path)
    assert path.read_text() == text == Plan(DOCUMENT).to_json()
    again = Plan.from_json(str(path))
    assert again.document == DOCUMENT and str(again) == str(Plan(DOCUMENT)) and again.ways == DOCUMENT["ways"]


def test_later_versions_with_more_fields_are_read(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(DOCUMENT | {"more": [1], "schema": {"name": "actscope.module_plan", "version": "1.7.2"}}))
    assert Plan.from_json(path).ways == DOCUMENT["ways"]


WRONG = [
    (("schema",), None, "its schema is not actscope.module_plan"), (("schema", "name"), "actscope.plan", "its schema is not"),
    (("schema", "version"), "2.0.0", "its version is '2.0.0', and 1.0.0 is read here"),
    (("schema", "version"), 1, "its version is 1"),
    (("ways",), None, "ways is missing"), (("ways",), [], "ways has a wrong value"),
    (("ways", "blocks.0"), "delete", "the way of 'blocks.0' is 'delete' and not one of keep, int4"),
    (("ways", "blocks.0"), ["keep"], r"the way of 'blocks.0' is \['keep'\]"),
    (("least_bytes",), -1, "least_bytes is negative"), (("least_bytes",), True, "least_bytes has a wrong value"),
    (("least_bytes",), 10**30, "least_bytes has a wrong value"), (("budget", "of"), "all", "budget.of is 'all'"),
    (("budget", "bytes"), 1.5, "budget.bytes has a wrong value"),
    (("plain", "step_ms"), "fast", "plain.step_ms has a wrong value"),
    (("measured", "error"), None, "measured.error is missing"), (("rows",), {}, "rows has a wrong value"),
    (("rows", 1, "reason"), 5, r"rows\[1\].reason has a wrong value"), (("rows", 0), 5, r"rows\[0\] has a wrong value"),
    (("candidates", 0, "extra_ms"), "slow", r"candidates\[0\].extra_ms has a wrong value"), (("notes",), [3], r"notes\[0\]")]


@pytest.mark.parametrize("path, value, message", WRONG)
def test_what_is_wrong_is_named(tmp_path, path, value, message):
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(changed(path, value)))
    with pytest.raises(actscope.ReportError, match=message) as error:
        Plan.from_json(file)
    assert "\n" not in str(error.value) and "plan.json is no plan of modules [" in str(error.value)


@pytest.mark.parametrize("text, message", [
    ("", "Expecting value"), ("[1, 2", "Expecting"), ("[]", "it is no object"), ("null", "it is no object"),
    ("[" * 100_000, "nested too deeply"), (json.dumps(DOCUMENT).replace("100.0", "NaN"), "it has NaN for a number"),
    (json.dumps(DOCUMENT).replace("100.0", "1e999"), "plain.step_ms has a wrong value")])
def test_what_is_no_plan_is_refused(tmp_path, text, message):
    file = tmp_path / "plan.json"
    file.write_text(text)
    with pytest.raises(actscope.ReportError, match=message):
        Plan.from_json(file)


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(actscope.ReportError, match=r"cannot read .*none.json \[No such file"):
        Plan.from_json(tmp_path / "none.json")
    (tmp_path / "plan.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(actscope.ReportError, match="not UTF-8"):
        Plan.from_json(tmp_path / "plan.json")
