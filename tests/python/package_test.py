# SPDX-License-Identifier: Apache-2.0
"""The package as it is installed: which torch it fits, its old name, what it gives to a wheel."""

import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import torch

import actscope

ROOT = pathlib.Path(__file__).parents[2]
INSTALLED = pathlib.Path(actscope.__file__).parent


def python(folder, code):
    return subprocess.run([sys.executable, "-W", "always", "-c", code], env={"PYTHONPATH": str(folder)}, capture_output=True,
                          text=True)


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(INSTALLED, tmp_path / "actscope")
    return tmp_path


def test_another_torch_is_refused_in_one_line(copied):
    file = copied / "actscope" / "_build.py"
    file.write_text(file.read_text().replace(torch.__version__.split("+")[0], "2.3.4"))
    done = python(copied, "import actscope")
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and last.startswith("ImportError: actscope ")
    assert "was built for torch 2.3" in last and f"torch {torch.__version__} is installed" in last


def test_the_old_name_imports_and_says_the_new_one():
    done = python(INSTALLED.parent, "import actscope_torch; print(actscope_torch.compress_linears.__module__)")
    assert done.returncode == 0 and done.stdout == "actscope.replacement\n", done.stderr
    assert "DeprecationWarning: actscope_torch is called actscope now" in done.stderr


def metadata():
    path = ROOT / "python" / "packaging" / "torch_of_environment.py"
    spec = importlib.util.spec_from_file_location("torch_of_environment", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_wheel_is_of_the_torch_that_is_installed():
    of_environment = metadata()
    assert pathlib.Path(of_environment.folder()) == pathlib.Path(torch.__file__).parent
    minor = re.match(r"\d+\.\d+", torch.__version__).group()
    assert of_environment.dynamic_metadata("version") == f"{actscope.__version__}+torch{minor}"
    major, number = minor.split(".")
    assert of_environment.dynamic_metadata("dependencies") == [f"torch>={minor},<{major}.{int(number) + 1}"]


def test_the_pytest_plugin_has_one_name():
    project = tomllib.loads((ROOT / "python" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # pytest loads a plugin twice, and fails, where its entry point has another name than `-p` gives.
    assert project["entry-points"]["pytest11"] == {"actscope.pytest_plugin": "actscope.pytest_plugin"}


def test_a_torch_that_is_too_old_or_missing_is_named(tmp_path, monkeypatch):
    of_environment = metadata()
    (tmp_path / "version.py").write_text("__version__ = '2.10.0'\n")
    with pytest.raises(RuntimeError, match="needs torch 2.11 or newer, and torch 2.10 is installed"):
        of_environment.version(tmp_path)
    monkeypatch.setattr(of_environment.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(of_environment.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(of_environment.site, "getusersitepackages", lambda: str(tmp_path))
    with pytest.raises(RuntimeError, match="no torch is installed here"):
        of_environment.folder()


def test_all_public_names_are_there():
    assert sorted(actscope.__all__) == list(actscope.__all__)
    assert all(hasattr(actscope, name) for name in actscope.__all__)
