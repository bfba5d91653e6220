# SPDX-License-Identifier: Apache-2.0
"""Published ResMLPs against timm itself: the same weights and the same image files give the same logits, in both
namings and in half precision; timm loads what we save."""
import csv
import os
import subprocess

import numpy as np
import pytest
import safetensors.torch
import timm
import timm.data
import torch
from PIL import Image

PROGRAM = os.environ["ACTSCOPE_BIN"]
SIZES = [(224, 224), (300, 260), (180, 411), (257, 256), (640, 480)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """val/ with three classes: smooth colored noise, PNG and JPEG, gray and transparent ones among them."""
    root = tmp_path_factory.mktemp("images")
    random = np.random.default_rng(5)
    for i, (height, width) in enumerate(SIZES):
        place = root / "val" / "cab"[i % 3]
        place.mkdir(parents=True, exist_ok=True)
        small = Image.fromarray(random.integers(0, 256, (9, 9, 3), dtype=np.uint8))
        image = small.resize((width, height), Image.BICUBIC)
        if i == 1:
            image = image.convert("L")
        if i == 3:
            image.putalpha(120)
        image.save(place / f"{i}.{'jpg' if i == 4 else 'png'}", **({"quality": 95} if i == 4 else {}))
    return root


def randomized(name):
    torch.manual_seed(7)
    model = timm.create_model(name, pretrained=False).eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            scale = 0.02 if value.dim() == 2 or key.startswith("stem") else 0.1
            value.copy_(torch.randn_like(value) * scale + (1 if key.endswith("alpha") else 0))
        model.head.weight.mul_(5)
    return model


def original_names(state):
    """As facebookresearch/deit calls them; its affines are [dim]."""
    renamed = {}
    for key, value in state.items():
        for timm_part, part in (("stem.", "patch_embed."), ("linear_tokens.", "attn."), ("mlp_channels.", "mlp."),
                                ("ls1", "gamma_1"), ("ls2", "gamma_2")):
            key = key.replace(timm_part, part)
        renamed[key] = value.flatten() if key.endswith((".alpha", ".beta")) else value
    return renamed


def timm_logits(model, root):
    transform = timm.data.create_transform(**timm.data.resolve_data_config({}, model=model))
    paths = sorted((root / "val").glob("*/*"))
    images = torch.stack([transform(Image.open(path).convert("RGB")) for path in paths])
    labels = ["abc".index(path.parent.name) for path in paths]
    with torch.no_grad():
        return model(images).numpy(), labels


def our_logits(model, root, state, scratch):
    safetensors.torch.save_file({key: value.contiguous() for key, value in state.items()}, scratch / "w.safetensors")
    subprocess.run([PROGRAM, "eval", "--model", model, "--data", "imagefolder", "--data-dir", str(root), "--weights",
                    str(scratch / "w.safetensors"), "--predictions", str(scratch / "p.csv"), "--quiet"], check=True)
    with open(scratch / "p.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:4] == ["index", "label", "predicted", "logit_0"]
    assert [int(row["index"]) for row in rows] == list(range(len(rows)))
    logits = np.array([[float(row[f"logit_{i}"]) for i in range(1000)] for row in rows], dtype=np.float32)
    assert [int(row["predicted"]) for row in rows] == logits.argmax(1).tolist()
    return logits, [int(row["label"]) for row in rows]


@pytest.mark.parametrize("theirs, ours, naming", [
    ("resmlp_12_224", "resmlp_s12", "timm"), ("resmlp_12_224", "resmlp_s12", "original"),
    ("resmlp_24_224", "resmlp_s24", "timm"), ("resmlp_36_224", "resmlp_s36", "original")])
def test_logits_agree_with_timm(theirs, ours, naming, folder, tmp_path):
    model = randomized(theirs)
    state = model.state_dict() if naming == "timm" else original_names(model.state_dict())
    expected, labels = timm_logits(model, folder)
    logits, our_labels = our_logits(ours, folder, state, tmp_path)
    assert our_labels == labels
    assert np.abs(expected).max() > 0.5 and np.ptp(expected, axis=0).max() > 0.05, "the images must matter"
    assert np.abs(logits - expected).max() < 1e-4


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_files_are_read_into_float32(dtype, folder, tmp_path):
    model = randomized("resmlp_12_224")
    state = {key: value.to(dtype) for key, value in model.state_dict().items()}
    model.load_state_dict({key: value.float() for key, value in state.items()})
    expected, _ = timm_logits(model, folder)
    logits, _ = our_logits("resmlp_s12", folder, state, tmp_path)
    assert np.abs(logits - expected).max() < 1e-4


def test_timm_loads_what_we_save(tmp_path):
    for naming in ("timm", "original"):
        path = tmp_path / (naming + ".safetensors")
        subprocess.run([PROGRAM, "run", "--model", "resmlp_s12", "--data", "synthetic", "--train-samples", "1",
                        "--heldout-samples", "1", "--batch", "1", "--steps", "1", "--trace", "off", "--quiet",
                        "--save-weights", str(path), "--weights-names", naming], check=True)
        state = safetensors.torch.load_file(path)
        model = timm.create_model("resmlp_12_224", pretrained=False)
        if naming == "timm":
            model.load_state_dict(state, strict=True)
        else:
            assert set(state) == set(original_names(model.state_dict()))
