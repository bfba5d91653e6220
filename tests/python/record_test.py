# SPDX-License-Identifier: Apache-2.0
"""actscope.record: a training loop that knows nothing of it leaves a report that every tool of Actscope takes."""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import threading
import warnings

import actscope
import pytest
import torch
from ledger_models import Decoder
from torch import nn
from torch.nn import functional as F


def train(model=None, steps=4, optimizer=torch.optim.AdamW, accumulate=1):
    torch.manual_seed(0)
    model = model or nn.Sequential(nn.Linear(16, 64), nn.GELU(), nn.Linear(64, 4))
    stepper = optimizer(model.parameters(), lr=1e-2)
    losses = []
    for step in range(steps):
        for _ in range(accumulate):
            x = torch.randn(32, 16)
            loss = F.cross_entropy(model(x), (x[:, 0] > 0).long())
            loss.backward()
            losses.append(loss.item())
        stepper.step()
        stepper.zero_grad()
    return model, losses


def report_of(folder):
    return json.loads(pathlib.Path(folder, "report.json").read_text())


def test_a_loop_leaves_a_report(tmp_path):
    with actscope.record(tmp_path / "run"):
        _, losses = train()
    document = report_of(tmp_path / "run")
    assert document["schema"]["name"] == "actscope.run" and document["status"] == "completed"
    assert document["model"]["kind"] == "python" and document["model"]["parameters"] == 16 * 64 + 64 + 64 * 4 + 4
    assert document["summary"]["saved_bytes"] == 2 * 32 * 64 * 4 + 32 * 4 * 4 + 32 * 8 + 4
    assert document["summary"]["residual_bytes"] == 0
    assert document["summary"]["steps"] == 4
    assert document["summary"]["train_loss"] == pytest.approx(losses[-1])
    assert len(document["samples"]["step_time_s"]) == 4
    assert {"0", "1", "2"} >= {h["layer"] for s in document["ledger"]["storages"] for h in s["holders"]} - {""}
    assert [layer["name"] for layer in document["layers"]]


def test_the_ledger_of_a_loop_is_the_ledger_of_a_step(tmp_path):
    torch.manual_seed(0)
    model = Decoder()
    tokens = torch.randint(64, (2, 16))
    with actscope.record(tmp_path / "run"):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(3):
            loss = F.cross_entropy(model(tokens).flatten(0, 1), tokens.flatten())
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            del loss
    recorded = actscope.Report.load(tmp_path / "run").ledger
    direct = actscope.ledger(model, tokens, lambda y: F.cross_entropy(y.flatten(0, 1), tokens.flatten()))
    assert recorded.residual_bytes == 0
    assert recorded.bytes_by_module == direct.bytes_by_module


def test_results_are_the_same_with_and_without(tmp_path):
    _, plain = train()
    for level in ("ledger", "timeline"):
        with actscope.record(tmp_path / level, level=level):
            _, recorded = train()
        assert recorded == plain


def test_a_timeline_has_operators_by_module_and_phase(tmp_path):
    with actscope.record(tmp_path / "run", level="timeline"):
        train()
    document = report_of(tmp_path / "run")
    places = {(row["layer"], row["phase"]) for row in document["operators"]}
    assert {("0", "forward"), ("0", "backward"), ("2", "forward"), ("2", "backward")} <= places
    assert document["memory"]["peak"]["bytes"] > 0
    with sqlite3.connect(tmp_path / "run" / "trace.db") as database:
        assert database.execute("select count(*) from sqlite_master").fetchone()[0] > 0
    assert (tmp_path / "run" / "trace.pftrace").stat().st_size > 0


def test_accumulated_steps_are_one_step(tmp_path):
    with actscope.record(tmp_path / "run"):
        train(accumulate=3)
    assert report_of(tmp_path / "run")["summary"]["steps"] == 4


def test_an_evaluation_between_steps_is_no_step(tmp_path):
    model = nn.Sequential(nn.Linear(16, 64), nn.GELU(), nn.Linear(64, 4))
    with actscope.record(tmp_path / "run"):
        for _ in range(3):
            train(model, steps=1)
            model.eval()
            with torch.no_grad():
                model(torch.randn(8, 16))
            model.train()
    assert report_of(tmp_path / "run")["summary"]["steps"] == 3


def test_a_loop_that_raises_leaves_a_failed_report(tmp_path):
    with pytest.raises(ZeroDivisionError):
        with actscope.record(tmp_path / "run"):
            model, _ = train(steps=3)
            model(torch.randn(8, 16))
            1 / 0
    document = report_of(tmp_path / "run")
    assert document["status"] == "failed" and "ZeroDivisionError" in document["status_reason"]
    train(steps=1)  # nothing is left behind
    from torch.nn.modules import module

    assert not module._global_forward_hooks and not module._global_forward_pre_hooks


def test_a_second_recording_is_refused(tmp_path):
    with actscope.record(tmp_path / "run"):
        with pytest.raises(RuntimeError, match="another recording is at work"):
            with actscope.record(tmp_path / "other"):
                pass
        train()
    assert report_of(tmp_path / "run")["status"] == "completed"


def test_a_folder_in_use_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    for force in (False, True):
        with pytest.raises(actscope.FolderError, match="mine.txt"):
            with actscope.record(tmp_path, force=force):
                train()
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_force_starts_over(tmp_path):
    for level in ("timeline", "ledger"):
        with actscope.record(tmp_path / "run", level=level, force=True):
            train()
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["report.json"]


def test_a_loop_without_steps_says_so(tmp_path):
    with pytest.raises(RuntimeError, match="no training step was seen"):
        with actscope.record(tmp_path / "run"):
            pass
    with pytest.raises(ValueError, match="no such level"):
        actscope.record(tmp_path / "run", level="everything")


def test_an_optimizer_without_backward_ends_the_recording_only(tmp_path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with actscope.record(tmp_path / "run"):
            model, losses = train(steps=3)
            x = torch.randn(8, 16)
            gradients = torch.autograd.grad(model(x).sum(), list(model.parameters()))
            for parameter, gradient in zip(model.parameters(), gradients):
                parameter.grad = gradient
            torch.optim.SGD(model.parameters(), lr=0.1).step()
            train(model, steps=1)
    assert any("stopped recording" in str(one.message) for one in caught)
    assert any("without a backward" in text for text in report_of(tmp_path / "run")["warnings"])


def test_other_threads_are_left_alone(tmp_path):
    other = nn.Linear(4, 4)
    failures = []

    def run():
        try:
            for _ in range(50):
                other(torch.randn(2, 4)).sum().backward()
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    with actscope.record(tmp_path / "run"):
        thread.start()
        train()
        thread.join()
    assert not failures and report_of(tmp_path / "run")["summary"]["steps"] == 4


def test_forked_workers_do_not_record(tmp_path):
    with actscope.record(tmp_path / "run"):
        train(steps=2)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                nn.Linear(4, 4)(torch.randn(2, 4)).sum()
                code = 0
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        train(steps=1)
    assert report_of(tmp_path / "run")["summary"]["steps"] == 3


def test_a_report_is_read_checked_and_shown(tmp_path):
    with actscope.record(tmp_path / "run", level="timeline", name="mine"):
        train()
    report = actscope.Report.load(tmp_path / "run")
    assert report.kind == "actscope.run" and report.ledger.residual_bytes == 0
    assert "saved_bytes" in str(report) and "<table>" in report._repr_html_()
    assert any(row["name"].startswith("aten::") for row in report.operators)
    with pytest.raises(actscope.ReportError, match="cannot read"):
        actscope.Report.load(tmp_path / "nothing")
    (tmp_path / "broken.json").write_text((tmp_path / "run" / "report.json").read_text()[:500])
    with pytest.raises(actscope.ReportError, match="broken.json"):
        actscope.Report.load(tmp_path / "broken.json")
    with pytest.raises(actscope.ReportError, match="cannot read the policy"):
        actscope.gate(report, report, policy=tmp_path / "nothing.json")


SCRIPT = """
import sys, torch
from torch import nn
torch.manual_seed(0)
width = int(sys.argv[1]) if len(sys.argv) > 1 else 64
model = nn.Sequential(nn.Linear(16, width), nn.ReLU(), nn.Linear(width, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(4):
    model(torch.ones(8, 16)).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
    if width == 13 and step == 2:
        raise RuntimeError("unlucky")
print("trained", width)
"""


def run_script(tmp_path, *arguments):
    (tmp_path / "train.py").write_text(SCRIPT)
    return subprocess.run([sys.executable, "-m", "actscope", *arguments], cwd=tmp_path, capture_output=True, text=True)


def test_a_script_is_recorded_without_a_change(tmp_path):
    done = run_script(tmp_path, "record", "-o", "run", "train.py", "32")
    assert done.returncode == 0 and done.stdout == "trained 32\n", done.stderr
    assert report_of(tmp_path / "run")["summary"]["residual_bytes"] == 0
    again = run_script(tmp_path, "record", "-o", "run", "train.py", "32")
    assert again.returncode == 4 and "not empty" in again.stderr


def test_a_script_that_fails_is_a_failed_run(tmp_path):
    done = run_script(tmp_path, "record", "-o", "run", "train.py", "13")
    assert done.returncode == 6 and "unlucky" in done.stderr
    assert report_of(tmp_path / "run")["status"] == "failed"
    assert run_script(tmp_path, "record", "-o", "other", "no.py").returncode == 2
    assert run_script(tmp_path, "records").returncode == 2


def test_a_script_has_a_ledger(tmp_path):
    done = run_script(tmp_path, "ledger", "train.py")
    assert done.returncode == 0 and "kept for backward" in done.stdout, done.stderr


def test_a_gate_sees_a_change_of_bytes(tmp_path):
    first = run_script(tmp_path, "gate", "--baseline", "base.json", "--record", "--", "train.py", "64")
    assert first.returncode == 0, first.stderr
    same = run_script(tmp_path, "gate", "--baseline", "base.json", "--", "train.py", "64")
    assert same.returncode == 0, same.stdout + same.stderr
    wider = run_script(tmp_path, "gate", "--baseline", "base.json", "--", "train.py", "65")
    assert wider.returncode == 1 and "saved_bytes" in wider.stdout
    failed = run_script(tmp_path, "gate", "--baseline", "base.json", "--", "train.py", "13")
    assert failed.returncode == 6
    missing = run_script(tmp_path, "gate", "--baseline", "none.json", "--", "train.py")
    assert missing.returncode == 3 and "none.json" in missing.stderr
