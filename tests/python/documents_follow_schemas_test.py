# SPDX-License-Identifier: Apache-2.0
"""Documents that the program writes follow schemas/; damaged ones do not."""
import copy
import json
import os
import pathlib
import subprocess

import jsonschema_rs
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["ACTSCOPE_BIN"]


def schema_of(document):
    path = ROOT / "schemas" / (document["schema"]["name"] + ".schema.json")
    return json.loads(path.read_text(encoding="utf-8"))


def validate(document):
    jsonschema_rs.Draft202012Validator(schema_of(document)).validate(document)


def actscope(*arguments, check=True):
    result = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=check)
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    for scheme in ("dense", "int4-bsr"):
        subprocess.run([PROGRAM, "run", "--data", "synthetic", "--train-samples", "64", "--heldout-samples", "16",
                        "--batch", "16", "--dim", "16", "--depth", "1", "--image-size", "16", "--block", "8",
                        "--steps", "2", "--scheme", scheme, "--quiet", "--out", str(folder / scheme)], check=True)
    return folder


def test_the_schemas_are_schemas():
    files = sorted((ROOT / "schemas").glob("*.schema.json"))
    assert len(files) == 14
    for file in files:
        jsonschema_rs.meta.validate(json.loads(file.read_text(encoding="utf-8")))


def test_run_documents(run_folder):
    for scheme in ("dense", "int4-bsr"):
        validate(json.loads((run_folder / scheme / "report.json").read_text(encoding="utf-8")))


def test_sweep_documents(tmp_path):
    folder = tmp_path / "sweep"
    subprocess.run([PROGRAM, "sweep", "--data", "synthetic", "--train-samples", "64", "--heldout-samples", "16",
                    "--batch", "16", "--dim", "16", "--depth", "1", "--image-size", "16", "--steps", "2",
                    "--schemes", "int4-bsr", "--blocks", "8,4096", "--quiet", "--out", str(folder)], check=True)
    document = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    assert {point["status"] for point in document["points"]} == {"done", "skipped"}
    validate(document)
    validate(json.loads((folder / "sweep_spec.json").read_text(encoding="utf-8")))
    validate(actscope("sweep", "status", str(folder), "--json"))


def test_compare_documents(run_folder):
    validate(actscope("compare", str(run_folder / "dense"), str(run_folder / "int4-bsr"), "--json"))


def test_gate_documents(run_folder):
    validate(actscope("gate", "--baseline", str(run_folder / "dense"), "--candidate", str(run_folder / "int4-bsr"),
                      "--json", "--policy", str(ROOT / "samples" / "ci" / "policy.json"), check=False))
    for policy in ("samples/ci/policy.json", "tests/baselines/bytes.policy.json"):
        validate(json.loads((ROOT / policy).read_text(encoding="utf-8")))


def test_kernels_documents():
    document = actscope("bench", "kernels", "--shapes", "fc1,token-mix", "--blocks", "16,8x64", "--sparsities", "0.5",
                        "--tokens", "32", "--threads", "1", "--rounds", "6", "--train-steps", "0", "--json")
    validate(document)
    assert {row["operator"] for row in document["results"]} == {"weight_gradient", "mixing_gradient", "compress",
                                                                "product"}
    assert all(0 < row["kept_norm_ratio"] < 1 for row in document["results"])


def test_tracer_documents():
    document = actscope("bench", "tracer", "--dim", "8", "--depth", "1", "--image-size", "8", "--batch", "8",
                        "--threads", "1", "--rounds", "6", "--steps", "1", "--json")
    validate(document)
    assert all(row["samples"] == 6 for row in document["steps"])


@pytest.mark.parametrize("scheme", ["dense", "linear-bsr", "exact", "exact-bsr", "int8", "int4", "int2", "int4-bsr", "int2-bsr", "checkpoint",
                                    "checkpoint-int4", "topk", "pool"])
def test_footprint_documents(scheme):
    validate(actscope("footprint", "--model", "resmlp_s12", "--scheme", scheme, "--json"))


def test_eval_documents(run_folder, tmp_path):
    model = ["--data", "synthetic", "--heldout-samples", "16", "--dim", "16", "--depth", "1", "--image-size", "16"]
    subprocess.run([PROGRAM, "run", *model, "--train-samples", "16", "--batch", "16", "--steps", "1", "--quiet",
                    "--save-weights", str(tmp_path / "w")], check=True)
    document = actscope("eval", *model, "--weights", str(tmp_path / "w"), "--json")
    validate(document)
    assert document["config"]["data"] == "synthetic"
    weights = (tmp_path / "w").read_bytes()
    (tmp_path / "nan").write_bytes(weights[:-4] + b"\0\0\xc0\x7f")
    document = actscope("eval", *model, "--weights", str(tmp_path / "nan"), "--json", check=False)
    validate(document)
    assert document["heldout_loss"] is None and document["first_non_finite"] == 0


def test_damage_is_refused(run_folder):
    good = json.loads((run_folder / "dense" / "report.json").read_text(encoding="utf-8"))
    for damage in (lambda d: d.pop("summary"), lambda d: d["summary"].update(steps=-1),
                   lambda d: d.update(status="fine"), lambda d: d["layers"][1]["slots"][0].pop("store"),
                   lambda d: d["schema"].update(version="2.0.0")):
        bad = copy.deepcopy(good)
        damage(bad)
        with pytest.raises(jsonschema_rs.ValidationError):
            validate(bad)


def test_a_configuration_made_from_a_run_is_taken_back(run_folder, tmp_path):
    config = json.loads((run_folder / "dense" / "report.json").read_text(encoding="utf-8"))["config"]
    document = {"schema": {"name": "actscope.config", "version": "1.0.0"}, **config, "out": "", "trace": "off"}
    validate(document)
    file = tmp_path / "config.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    again = actscope("run", "--config", str(file), "--json")
    validate(again)
    assert again["config"]["dim"] == 16
