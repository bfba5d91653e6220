# SPDX-License-Identifier: Apache-2.0
"""Image folders of real JPEG and PNG files: damaged ones are named and skipped up to the stated share, and training
does not depend on the number of workers."""
import json
import os
import subprocess

import numpy as np
import pytest
from PIL import Image

PROGRAM = os.environ["ACTSCOPE_BIN"]


def call(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(3)
    for part, count in (("train", 16), ("val", 6)):
        for name in ("cat", "dog"):
            place = tmp_path / part / name
            place.mkdir(parents=True)
            for i in range(count):
                pixels = random.integers(0, 256, (40 + i, 50, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(place / f"{i:02}.{'jpg' if i % 2 else 'png'}")
    return tmp_path


def run(folder, *arguments):
    return call("run", "--data", "imagefolder", "--data-dir", str(folder), "--image-size", "16", "--dim", "16", "--depth",
                "1", "--batch", "8", "--epochs", "2", "--threads", "1", "--json", "--quiet", *arguments)


def test_weights_do_not_depend_on_the_workers(folder):
    results = [run(folder, "--data-workers", workers) for workers in ("1", "3")]
    assert [result.returncode for result in results] == [0, 0], results[0].stderr
    first, second = (json.loads(result.stdout) for result in results)
    assert first["summary"]["weights_sha256"] == second["summary"]["weights_sha256"]
    assert first["summary"]["heldout_accuracy_ratio"] is not None
    assert first["summary"]["saved_bytes"] == first["summary"]["predicted_saved_bytes"]


def test_damaged_images_are_named_and_skipped_up_to_the_share(folder):
    jpeg, png = folder / "train" / "cat" / "03.jpg", folder / "val" / "dog" / "02.png"
    for path in (jpeg, png):
        path.write_bytes(path.read_bytes()[:-200])
    result = run(folder, "--max-corrupt-share", "0.1")
    assert result.returncode == 0, result.stderr
    warnings = json.loads(result.stdout)["warnings"]
    assert [str(jpeg) in warnings[0], str(png) in warnings[1]] == [True, True], warnings
    result = run(folder)
    assert result.returncode == 3
    assert "too many images cannot be read" in result.stderr and str(jpeg) in result.stderr


def scan_of(bytes_of_jpeg):
    return bytes_of_jpeg.index(b"\xff\xda") + 14


@pytest.mark.parametrize("damage", ["cut, but with an end marker", "zeros", "noise", "bit of a PNG", "no JPEG at all"])
def test_damage_inside_is_found_named_and_nothing_of_the_decoder_is_printed(folder, damage):
    path = folder / "train" / "cat" / ("02.png" if damage == "bit of a PNG" else "03.jpg")
    whole = path.read_bytes()
    middle = (scan_of(whole) + len(whole)) // 2 if path.suffix == ".jpg" else len(whole) // 2
    rest = len(whole) - 2 - middle
    path.write_bytes({
        "cut, but with an end marker": whole[:middle] + b"\xff\xd9",
        "zeros": whole[:middle] + bytes(rest) + b"\xff\xd9",
        "noise": whole[:middle] + np.random.default_rng(1).bytes(rest) + b"\xff\xd9",
        "bit of a PNG": whole[:middle] + bytes([whole[middle] ^ 8]) + whole[middle + 1:],
        "no JPEG at all": b"RIFF\0\0\0\0WEBPVP8 "}[damage])
    result = run(folder, "--max-corrupt-share", "0.1")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    warnings = json.loads(result.stdout)["warnings"]
    assert len(warnings) == 1 and str(path) in warnings[0], warnings
    result = run(folder)
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1 and str(path) in result.stderr, result.stderr


def test_classes_without_images_and_links_are_told(folder):
    (folder / "train" / "ant").mkdir()
    (folder / "train" / ".ipynb_checkpoints").mkdir()
    (folder / "train" / "cat" / "._00.png").write_bytes(b"Mac OS X")
    (folder / "train" / "dog" / "all").symlink_to(folder / "train", target_is_directory=True)
    result = run(folder)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    warnings = document["warnings"]
    assert document["data"]["train_samples"] == 32
    assert [("ant" in line, "dog/all" in line) for line in warnings] == [(True, False), (False, True), (True, False)], warnings


def test_evaluation_leaves_damaged_images_out(folder):
    weights, predictions = folder / "w.safetensors", folder / "p.csv"
    assert run(folder, "--save-weights", str(weights)).returncode == 0
    (folder / "val" / "cat" / "01.jpg").write_bytes(b"no image")
    evaluate = ["eval", "--data", "imagefolder", "--data-dir", str(folder), "--image-size", "16", "--dim", "16", "--depth",
                "1", "--weights", str(weights), "--predictions", str(predictions), "--json", "--quiet"]
    assert call(*evaluate).returncode == 3
    assert not predictions.exists()
    result = call(*evaluate, "--max-corrupt-share", "0.1")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["samples"] == 11 and len(document["skipped"]) == 1
    rows = predictions.read_text(encoding="utf-8").splitlines()[1:]
    assert [int(row.split(",")[0]) for row in rows] == [0] + list(range(2, 12))
