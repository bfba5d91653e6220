# SPDX-License-Identifier: Apache-2.0
"""Prints what the machine offers as JSON; exits 4 with one line where no GPU answers.

With --torch-dir prints the folder of the torch package instead (no GPU needed).
"""

import importlib.util
import json
import subprocess
import sys


def torch_folder():
    """The folder of the torch package, or None; torch is not imported."""
    spec = importlib.util.find_spec("torch")
    return spec.submodule_search_locations[0] if spec else None


def first_line(command):
    """The first line that a command prints, or None where it cannot run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[0] if lines else None


def version_of(command, marker):
    """The first line of a command's output that holds `marker`."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return next((line.strip() for line in done.stdout.splitlines() if marker in line), None)


def no_gpu(why):
    """Says so in one line; the exit code of a missing environment."""
    print(f"gpu_check: no GPU answers [{why}]; run it on a machine with an NVIDIA GPU, or with "
          "--dry-run", file=sys.stderr)
    return 4


def main():
    if torch_folder() is None:
        if "--torch-dir" not in sys.argv and not first_line(["nvidia-smi", "-L"]):
            return no_gpu("nvidia-smi lists none")
        print("gpu_check: python3 has no torch; install torch==2.11.0", file=sys.stderr)
        return 4
    if "--torch-dir" in sys.argv:
        print(torch_folder())
        return 0
    import torch  # pylint: disable=import-outside-toplevel

    if not torch.cuda.is_available():
        return no_gpu("torch.cuda.is_available() is False")
    properties = torch.cuda.get_device_properties(0)
    print(json.dumps({
        "device": {
            "name": properties.name,
            "compute_capability": f"{properties.major}.{properties.minor}",
            "memory_bytes": properties.total_memory,
            "multiprocessors": properties.multi_processor_count,
        },
        "versions": {
            "driver": first_line(["nvidia-smi", "--query-gpu=driver_version",
                                  "--format=csv,noheader"]),
            "nvcc": version_of(["nvcc", "--version"], "release"),
            "torch": torch.__version__,
            "cuda_of_torch": torch.version.cuda,
            "cmake": first_line(["cmake", "--version"]),
            "compiler": first_line(["c++", "--version"]),
            "python": sys.version.split()[0],
            "revision": first_line(["git", "describe", "--always", "--dirty"]),
        },
    }))
    return 0


if __name__ == "__main__":
    sys.exit(main())
