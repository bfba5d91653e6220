# SPDX-License-Identifier: Apache-2.0
"""Checks that the programs of scripts/gpu_check --pack are whole and made for the GPU at hand.

check_prebuilt.py FOLDER DEVICE: DEVICE is the JSON of device.py. Exits 4 with one line where they are not.
"""

import json
import os
import pathlib
import sys


def check(folder, device):
    """Why the programs cannot run here; None where they can."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "no programs in .deps/prebuilt; run scripts/gpu_check --pack where the project is built and copy it here"
    for name, size in manifest["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            return f"{name} of .deps/prebuilt did not arrive whole; copy it again"
        if name.startswith("bin/"):
            os.chmod(path, 0o755)  # a transfer may lose it
    capability = device["device"]["compute_capability"]
    wanted = manifest["architecture"].rstrip("af")
    if capability.replace(".", "") != wanted:
        return (f"the programs are built for compute capability {wanted[:-1]}.{wanted[-1]}, this GPU has {capability}; "
                "build there: scripts/gpu_check without --prebuilt")
    return None


def main():
    device = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
    why_not = check(pathlib.Path(sys.argv[1]), device)
    if why_not:
        print(f"gpu_check: {why_not}", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
