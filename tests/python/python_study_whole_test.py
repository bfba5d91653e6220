# SPDX-License-Identifier: Apache-2.0
"""scripts/python_study: a tiny study from end to end, and that it goes on where it was (two minutes: scripts/nightly)."""

import json
import pathlib
import subprocess

STUDY = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "python_study"
TINY = ("--models", "vit", "--ways", "plain,int4", "--seeds", "0", "--steps", "2", "--rounds", "1")


def study(*arguments):
    return subprocess.run([STUDY, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_a_tiny_study_goes_from_end_to_end_and_goes_on_where_it_was(tmp_path):
    out = tmp_path / "out"
    done = study("--out", out, *TINY)
    assert done.returncode == 0, done.stderr
    runs = out / "runs"
    names = {"train-vit-plain-0", "train-vit-int4-0", "memory-vit-plain", "memory-vit-int4", "instruments-vit-plain",
             "instruments-vit-int4", "steps-vit-eager"}
    assert {path.name for path in runs.iterdir()} == {f"{name}.json" for name in names}
    assert len(done.stdout.splitlines()) == len(names) and "min left" in done.stdout

    records = {name: json.loads((runs / f"{name}.json").read_text())["result"] for name in names}
    plain, ours = records["memory-vit-plain"], records["memory-vit-int4"]
    assert plain["residual_bytes"] == ours["residual_bytes"] == 0
    assert plain["kept_bytes"] > 6 * ours["kept_bytes"] and plain["peak_bytes"] > 2 * ours["peak_bytes"]
    assert plain["kept_bytes"] == plain["recorded_kept_bytes"]
    for way in ("plain", "int4"):  # what stays of a pass, by two instruments that know nothing of each other
        result = records[f"instruments-vit-{way}"]
        assert result["profiler"]["net_bytes"] == result["ledger"]["kept_bytes"] + result["ledger"]["output_bytes"]
        assert result["torchlens"]["total_activation_memory"] > result["ledger"]["output_bytes"]
    assert records["steps-vit-eager"]["ways"]["int4"]["first_loss_differs_by"] == 0
    assert records["train-vit-plain-0"]["train_losses"][0] == records["train-vit-int4-0"]["train_losses"][0]

    before = {path: path.stat().st_mtime_ns for path in runs.iterdir()}
    missing = runs / "train-vit-int4-0.json"
    text = json.loads(missing.read_text())["result"]
    missing.unlink()
    again = study("--out", out, *TINY)
    assert again.returncode == 0 and len(again.stdout.splitlines()) == 1 and "train-vit-int4-0" in again.stdout
    assert json.loads(missing.read_text())["result"] == text  # the same seed trains the same
    assert all(path.stat().st_mtime_ns == when for path, when in before.items() if path != missing)

    other = study("--out", out, *TINY[:-1], "2")
    assert other.returncode == 2 and "rounds: 1 there, 2 asked" in other.stderr

    file = tmp_path / "study.jsonl"
    assert study("--collect", file, "--out", out).returncode == 0
    assert len(file.read_text().splitlines()) == 1 + len(names)
    told = study("--report", file)
    assert told.returncode == 0, told.stderr
    for heading in ("## Learning", "## Bytes and steps", "## Instruments"):
        assert heading in told.stdout
    assert f"{plain['kept_bytes'] / ours['kept_bytes']:.2f}x" in told.stdout
