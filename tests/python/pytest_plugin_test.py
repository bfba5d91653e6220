# SPDX-License-Identifier: Apache-2.0
"""The fixture actscope_memory: records a baseline, passes where bytes are the same, names what differs."""

import json

import pytest

pytest_plugins = ["pytester"]

TEST = """
import torch
from torch import nn

def test_memory(actscope_memory):
    act = nn.GELU() if {gelu} else nn.ReLU()
    ledger = actscope_memory(nn.Sequential(nn.Linear(8, {width}), act, nn.Linear({width}, 2)), torch.ones(4, 8))
    assert ledger.kept_bytes > 0
"""


@pytest.fixture
def run(pytester):
    def run_test(*options, width=16, gelu=True):
        pytester.makepyfile(test_model=TEST.format(width=width, gelu=gelu))
        return pytester.runpytest_subprocess("-p", "actscope.pytest_plugin", "-p", "no:cacheprovider", *options)

    return run_test


def test_a_baseline_is_recorded_then_held(run, pytester):
    missing = run()
    missing.assert_outcomes(failed=1)
    missing.stdout.fnmatch_lines(["*no baseline*test_model-test_memory.json: run pytest --actscope-record*"])
    run("--actscope-record").assert_outcomes(passed=1)
    file = pytester.path / "actscope_baselines" / "test_model-test_memory.json"
    assert json.loads(file.read_text()) == {
        "holders": {"1: Gelu.self": 256, "2: Addmm.mat1": 256}, "kept_bytes": 512, "residual_bytes": 0}
    run().assert_outcomes(passed=1)

    wider = run(width=17)
    wider.assert_outcomes(failed=1)
    wider.stdout.fnmatch_lines(["*kept_bytes: 512 before, 544 now*", "*1: Gelu.self: 256 before, 272 now*"])
    other = run(gelu=False)
    other.stdout.fnmatch_lines(["*1: Gelu.self: 256 before, 0 now*", "*1: Relu.result: 0 before, 256 now*"])

    file.write_text("[]")
    broken = run()
    broken.assert_outcomes(failed=1)
    broken.stdout.fnmatch_lines(["*is no baseline of actscope_memory*"])
