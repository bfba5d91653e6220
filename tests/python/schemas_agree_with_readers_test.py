# SPDX-License-Identifier: Apache-2.0
"""Schemas and typed readers draw one line: every golden document passes both, and a document with any one field
taken out or replaced by another value passes both or neither."""
import copy
import json
import os
import pathlib
import subprocess

import jsonschema_rs
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["ACTSCOPE_BIN"]
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.json"))
VALUES = (None, True, -1, 0, 0.5, 2, "text", [], {})


def validator_of(document):
    path = ROOT / "schemas" / (document["schema"]["name"] + ".schema.json")
    return jsonschema_rs.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def places(value, path=()):
    """Paths of all fields and of the first element of each list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield path + (key,)
            yield from places(inner, path + (key,))
    elif isinstance(value, list) and value:
        yield path + (0,)
        yield from places(value[0], path + (0,))


def damaged(document):
    """Name and text of every document that is one change away."""
    for path in places(document):
        for value in ("taken out",) + VALUES:
            changed = copy.deepcopy(document)
            parent = changed
            for key in path[:-1]:
                parent = parent[key]
            if value == "taken out":
                del parent[path[-1]]
            else:
                parent[path[-1]] = value
            yield f"{'.'.join(map(str, path))}: {json.dumps(value)}", changed


def verdicts_of_readers(files):
    """True where `actscope validate` takes the file; by 500, a command line holds so many."""
    verdicts = []
    for begin in range(0, len(files), 500):
        result = subprocess.run([PROGRAM, "validate", "--json", *map(str, files[begin:begin + 500])],
                                capture_output=True, text=True, check=False)
        assert result.returncode in (0, 1), result.stderr
        verdicts += [entry["is_valid"] for entry in json.loads(result.stdout)]
    return verdicts


def test_there_are_golden_documents_of_every_kind():
    kinds = {json.loads(file.read_text(encoding="utf-8"))["schema"]["name"] + ".schema.json" for file in GOLDEN}
    assert kinds == {file.name for file in (ROOT / "schemas").iterdir()}


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda file: file.name)
def test_golden_documents_pass_both(golden):
    document = json.loads(golden.read_text(encoding="utf-8"))
    validator_of(document).validate(document)
    assert verdicts_of_readers([golden]) == [True]


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda file: file.name)
def test_one_change_is_judged_alike(golden, tmp_path):
    document = json.loads(golden.read_text(encoding="utf-8"))
    validator = validator_of(document)
    names, files, by_schema = [], [], []
    for name, changed in damaged(document):
        file = tmp_path / f"{len(files)}.json"
        file.write_text(json.dumps(changed), encoding="utf-8")
        names.append(name)
        files.append(file)
        by_schema.append(validator.is_valid(changed))
    by_reader = verdicts_of_readers(files)
    assert [(n, s, r) for n, s, r in zip(names, by_schema, by_reader, strict=True) if s != r] == []
    assert by_schema.count(False) > len(names) // 3
