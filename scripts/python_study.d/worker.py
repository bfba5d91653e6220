# SPDX-License-Identifier: Apache-2.0
"""Does one job of the study in a process of its own: python3 worker.py JOB SETTINGS OUT."""

import datetime
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import time

from settings import ROOT, Settings

sys.path.insert(0, str(ROOT / "scripts"))


def environment():
    """What a reader has to know about the machine and the versions."""
    import torch
    from processor import processor

    def revision(*arguments):
        command = ["git", "-C", str(ROOT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    return {"processor": processor()[0], "threads": torch.get_num_threads(), "torch": torch.__version__,
            **{name: importlib.metadata.version(name) for name in ("timm", "transformers")},
            "commit": revision("log", "-1", "--format=%h", "--", "python", "core", "kernels", "tracer"),
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")}


def do(job, settings):
    kind, model = job["kind"], job["model"]
    if kind == "train":
        from training import train

        return train(settings, model, job["way"], job["seed"])
    if kind == "steps":
        from timing import steps

        return steps(settings, model, job["ways"])
    if kind == "memory":
        from resident import map_large_blocks

        map_large_blocks()
        from memory import memory

        return memory(settings, model, job["way"])
    from instruments import instruments

    return instruments(settings, model, job["way"])


def main(job, settings, out):
    begin, begin_processor = time.monotonic(), time.process_time()
    job = json.loads(job)
    result = do(job, Settings.read(json.loads(settings)))
    seconds = {"seconds": round(time.monotonic() - begin, 1), "processor_s": round(time.process_time() - begin_processor, 1)}
    record = {**job, "result": result, **seconds, "environment": environment()}
    part = pathlib.Path(out + ".part")
    part.write_text(json.dumps(record) + "\n", encoding="utf-8")
    os.replace(part, out)  # whole or not at all


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:  # a key reaches both; the study tells it
        sys.exit(130)
    except Exception as error:
        import traceback

        traceback.print_exc()
        sys.exit(f"{type(error).__name__}: {error}".split("\n")[0])
