# SPDX-License-Identifier: Apache-2.0
"""scripts/python_study: wrong use, tables, and that the page shows what was measured."""

import math
import os
import pathlib
import signal
import subprocess
import sys

import pytest
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDY = ROOT / "scripts" / "python_study"
sys.path.insert(0, str(ROOT / "scripts" / "python_study.d"))

from data import Images, MissingData, Text, english  # noqa: E402 pylint: disable=wrong-import-position
from jobs import jobs_of, name_of  # noqa: E402 pylint: disable=wrong-import-position
from settings import WAYS, Settings  # noqa: E402 pylint: disable=wrong-import-position
from tables import report  # noqa: E402 pylint: disable=wrong-import-position
from timing import steps  # noqa: E402 pylint: disable=wrong-import-position
from training import Training  # noqa: E402 pylint: disable=wrong-import-position


def study(*arguments):
    return subprocess.run([STUDY, *map(str, arguments)], capture_output=True, text=True, check=False)


# ---- The script

def test_what_a_job_dies_of_is_named_and_the_others_go_on(tmp_path):
    text = tmp_path / "short.txt"
    text.write_text("too short")
    failed = study("--out", tmp_path / "out", "--models", "gpt2", "--ways", "plain", "--seeds", "0", "--text", text)
    assert failed.returncode == 1
    assert failed.stderr.count("the text is too short [9 bytes]") == 3  # training, memory, instruments
    assert "3 jobs failed: train-gpt2-plain-0, memory-gpt2-plain, instruments-gpt2-plain" in failed.stderr
    assert not list((tmp_path / "out" / "runs").glob("*.json"))


def test_a_key_stops_it_and_leaves_no_half_a_record(tmp_path):
    command = [STUDY, "--out", tmp_path / "out", "--models", "vit", "--ways", "plain", "--seeds", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # In the background SIGINT is ignored, and children inherit that; at a terminal it is not.
    heard = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), "start_new_session": True}
    with subprocess.Popen(command, **heard, **pipes) as running:
        assert "train-vit-plain-0" in running.stdout.readline()
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does
        _, told = running.communicate()
    assert running.returncode == 130 and "goes on where it was" in told
    assert not list((tmp_path / "out" / "runs").iterdir())


@pytest.mark.parametrize("arguments, told", [
    (("--models", "bert"), "--models bert: there is no such; take some of gpt2,vit,resmlp"),
    (("--models", "vit,vit"), "one stands twice"),
    (("--ways", "int4"), "plain is missing"),
    (("--ways", "plain,int3"), "--ways int3: there is no such"),
    (("--seeds", "0,x"), "--seeds 0,x: no whole numbers"),
    (("--seeds", "1,1"), "twice the same"),
    (("--steps", "0"), "--steps 0: below 1"),
    (("--steps", "1,2"), "--steps takes one number"),
    (("--rounds", "-1"), "--rounds -1: below 1"),
    (("--rate", "0"), "--rate 0: no number above 0"),
    (("--rate", "nan"), "--rate nan: no number above 0"),
    (("--text", "/nowhere"), "--text /nowhere: there is no such file"),
    (("--report", "/nowhere"), "cannot read /nowhere"),
    (("--collect", "/tmp/x", "--out", "/nowhere"), "cannot collect /nowhere"),
    (("--out", "/proc/study"), "cannot use the folder /proc/study"),
    (("--strange",), "unrecognized arguments"),
])
def test_wrong_use_is_told_in_a_line(arguments, told):
    wrong = study(*(f"{arguments[0]}={arguments[1]}",) if len(arguments) == 2 else arguments)
    assert wrong.returncode == 2 and told in wrong.stderr and "Traceback" not in wrong.stderr


# ---- Its parts

def test_every_job_has_a_name_of_its_own():
    jobs = list(jobs_of(Settings()))
    names = [name_of(job) for job in jobs]
    assert len(set(names)) == len(names)
    trained = {(job["model"], job["way"], job["seed"]) for job in jobs if job["kind"] == "train"}
    assert len(trained) == 3 * 3 * 3 and {way for _, way, _ in trained} == {"plain", "int4", "int8"}
    timed = [way for job in jobs if job["kind"] == "steps" and job["model"] == "vit" for way in job["ways"]]
    assert sorted(timed) == sorted(set(WAYS) - {"plain"})


def test_held_out_text_is_never_trained_on(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(bytes(range(100)) * 90 + bytes(range(100, 200)) * 10)
    text = Text(str(path), rows=4, tokens=16)
    batches = text.batches(0)
    for _ in range(50):
        x, y = next(batches)
        assert x.shape == y.shape == (4, 16) and torch.equal(x[:, 1:], y[:, :-1]) and y.max() < 100
    held_out = list(text.held_out_batches())
    assert sum(len(x) for x, _ in held_out) == 64 and all(x.min() >= 100 for x, _ in held_out)
    again = text.batches(0)
    assert torch.equal(next(again)[0], next(text.batches(0))[0])


def test_the_text_of_the_debian_package_has_no_numbers_of_verses():
    text = english("")
    assert text.startswith(b"In the beginning God created the heaven and the earth.\n") and len(text) > 4_000_000
    with pytest.raises(MissingData, match="cannot read the text /nowhere"):
        english("/nowhere")


def test_images_have_mean_0_and_deviation_1():
    images = Images(48)
    x, y = next(images.batches(0))
    assert x.shape == (48, 1, 28, 28) and y.shape == (48,) and y.dtype == torch.int64
    every = torch.cat([x for x, _ in images.held_out_batches()])
    assert len(every) == 10_000 and abs(every.mean()) < 0.02 and abs(every.std() - 1) < 0.02


@pytest.mark.parametrize("model", ["gpt2", "vit"])
def test_exact_ways_train_as_plain_and_the_default_begins_so(model):
    result = steps(Settings(rounds=1), model, ("int4", "checkpoint", "save-on-cpu", "disk"))["ways"]
    for way in ("checkpoint", "save-on-cpu", "disk"):
        assert result[way]["losses_differ_by"] == 0 and result[way]["steps"] == 6
    assert result["int4"]["first_loss_differs_by"] == 0 and 0 < result["int4"]["losses_differ_by"] < 0.05


def test_files_of_an_offload_go_with_their_graph():
    training = Training("vit", "disk", 0, Images(4), 2)
    folder = pathlib.Path(training.call.hooks.folder.name)
    x, _ = next(training.batches)
    y = training.call(x)
    assert len(list(folder.iterdir())) > 10
    del y
    assert not list(folder.iterdir())


# ---- Tables

def record(kind, way, seed=None, **result):
    place = {"ways": [way]} if kind == "steps" else {"way": way}
    return {"kind": kind, "model": "vit", **place, **({} if seed is None else {"seed": seed}), "result": result,
            "environment": {"processor": "P", "threads": 1, "torch": "2", "timm": "1", "transformers": "5", "commit": "abc",
                            "date": "2026-01-02 03:04"}}


def test_differences_are_paired_by_seed():
    losses = {"plain": (1.0, 2.0, 4.0), "int4": (1.01, 2.02, 4.08)}  # 1, 1 and 2 % more
    records = [record("train", way, seed, metric="nats",
                      held_out={"loss": loss, "accuracy": 0.5 + 0.01 * seed * (way == "int4")})
               for way, each in losses.items() for seed, loss in enumerate(each)]
    text = report(Settings(models=("vit",), ways=("plain", "int4")), records)
    half = 4.303 * math.sqrt(1 / 3) / math.sqrt(3)  # deviation of 1, 1, 2
    assert f"| 2.3700 | 1.5646 | +1.33 ±{half:.2f} % | 51.0 % | +1.00 ±2.48 | 3/3 |" in text
    assert "2026-01-02, P, 1 thread, torch 2, timm 1, transformers 5, package of commit abc." in text


def test_what_is_not_there_yet_is_a_dash():
    records = [record("train", "plain", 0, held_out={"loss": 1.0, "accuracy": 0.5}, metric="nats"),
               record("memory", "plain", kept_bytes=4096, residual_bytes=0, peak_bytes=8192, resident_growth_bytes=12288)]
    text = report(Settings(models=("vit",), ways=("plain", "int4", "disk")), records)
    assert "| PyTorch as it is | 1.0000 | - | - | 50.0 % | - | 1/3 |" in text
    assert "| PyTorch as it is | 4 KiB | 1.00x | 0 | 8 KiB | 1.00x | 12 KiB | 1.00x | 1 | - | 1 | - |" in text
    assert "| offload to files by hooks |" + " - |" * 11 in text


def test_the_error_of_an_instrument_stands_in_its_place():
    result = {"ledger": {"kept_bytes": 1, "output_bytes": 2}, "resident_growth_bytes": 3,
              "profiler": {"net_bytes": 4, "allocated_bytes": 5}, "torchlens": {"error": "TypeError: no"}}
    text = report(Settings(models=("vit",), ways=("plain",)), [record("instruments", "plain", **result)])
    assert "| vit | PyTorch as it is | 1 | 3 | 4 | 5 | TypeError: no | TypeError: no | 3 |" in text


def test_the_page_shows_what_was_measured():
    printed = study("--report")
    assert printed.returncode == 0, printed.stderr
    page = (ROOT / "docs" / "results-python.md").read_text(encoding="utf-8")
    tables = [block for block in printed.stdout.split("\n\n") if block.startswith("|")]
    assert len(tables) >= 3 and all(table.strip() in page for table in tables)
