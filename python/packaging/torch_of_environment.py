# SPDX-License-Identifier: Apache-2.0
"""The torch that a wheel is built against: the one of the environment in which pip was called.

pip builds in an environment of its own, whose interpreter still knows where the packages of the other lie. Prints the
folder when it is run; gives the wheel's version and dependencies when scikit-build-core imports it. TORCH_DIR in
the environment names another folder.
"""

import importlib.util
import os
import pathlib
import re
import site
import sys
import sysconfig

OLDEST = (2, 11)


def folder():
    """Raises RuntimeError: none is installed."""
    found = importlib.util.find_spec("torch")
    places = [os.environ.get("TORCH_DIR")]
    places += list(found.submodule_search_locations or ()) if found else []
    places += [os.path.join(path, "torch") for path in (
        sysconfig.get_path("platlib"), sysconfig.get_path("purelib"), site.getusersitepackages())]
    for place in filter(None, places):
        if os.path.exists(os.path.join(place, "version.py")) and os.path.isdir(os.path.join(place, "include")):
            return place
    raise RuntimeError("no torch is installed here, and actscope is built against one: pip install torch, then try again")


def version(place):
    """Major and minor number. Raises RuntimeError: older than what Actscope knows."""
    text = pathlib.Path(place, "version.py").read_text(encoding="utf-8")
    major, minor = map(int, re.search(r"__version__ = '(\d+)\.(\d+)", text).groups())
    if (major, minor) < OLDEST:
        raise RuntimeError(f"actscope needs torch {OLDEST[0]}.{OLDEST[1]} or newer, and torch {major}.{minor} is installed")
    return major, minor


def _own_version():
    text = pathlib.Path(__file__).parents[2].joinpath("CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(actscope VERSION (\S+)", text).group(1)


def dynamic_metadata(field, settings=None, *rest):
    major, minor = version(folder())
    if field == "version":
        return f"{_own_version()}+torch{major}.{minor}"
    return [f"torch>={major}.{minor},<{major}.{minor + 1}"]


if __name__ == "__main__":
    try:
        version(folder())
        print(folder())
    except RuntimeError as error:
        sys.exit(str(error))
