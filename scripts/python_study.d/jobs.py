# SPDX-License-Identifier: Apache-2.0
"""The jobs of a study, done one after another, each in a process of its own that leaves one file."""

import json
import os
import signal
import statistics
import subprocess
import sys

from settings import ROOT, WAYS

USUAL_S = {"train": 70, "steps": 40, "memory": 15, "instruments": 15}  # until one of the kind is done


def jobs_of(settings):
    """Every job: trainings of the first model, everything that is measured, trainings of the others."""
    yield from _trainings(settings, settings.models[:1])
    for model in settings.models:
        for way in settings.ways:
            yield {"kind": "memory", "model": model, "way": way}
        for way in settings.ways:
            if way in ("plain", "int4"):
                yield {"kind": "instruments", "model": model, "way": way}
        groups = {}
        for way in settings.ways:
            if way != "plain":
                groups.setdefault(WAYS[way].group, []).append(way)
        for ways in groups.values():
            yield {"kind": "steps", "model": model, "ways": ways}
    yield from _trainings(settings, settings.models[1:])


def _trainings(settings, models):
    for seed in settings.seeds:
        for model in models:
            for way in settings.ways:
                if way == "plain" or not WAYS[way].is_exact:
                    yield {"kind": "train", "model": model, "way": way, "seed": seed}


def name_of(job):
    """The name of its file, without an ending."""
    parts = [job["kind"], job["model"], job.get("way") or WAYS[job["ways"][0]].group]
    return "-".join(parts + ([str(job["seed"])] if "seed" in job else []))


class Study:
    """A folder of records. What is there is not done again."""

    def __init__(self, out, settings):
        self.out, self.settings = out, settings
        self.jobs = list(jobs_of(settings))

    def records(self):
        return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((self.out / "runs").glob("*.json"))}

    def run(self):
        """Does what is missing; the exit code: 0 all is there, 1 something failed, 130 stopped by a key or SIGTERM."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        (self.out / "runs").mkdir(parents=True, exist_ok=True)
        try:
            return self._run_missing()
        except KeyboardInterrupt:
            print("python_study: stopped; the same command goes on where it was", file=sys.stderr)
            return 130

    def _run_missing(self):
        failed = []
        for number, job in enumerate(self.jobs, 1):
            name, records = name_of(job), self.records()
            if name in records:
                continue
            missing = [other for other in self.jobs[number - 1:] if name_of(other) not in records]
            left = sum(_expected_s(other, records.values()) for other in missing)
            print(f"{number} of {len(self.jobs)}: {name}, about {left / 60:.0f} min left", flush=True)
            error = self._do(job, name)
            if error:
                failed.append(name)
                log = self.out / "runs" / f"{name}.log"
                print(f"python_study: {name} failed: {error}\n  {log} has more", file=sys.stderr, flush=True)
        if failed:
            print(f"python_study: {len(failed)} jobs failed: {', '.join(failed)}", file=sys.stderr)
        return 1 if failed else 0

    def _do(self, job, name):
        """None, or what a job died of."""
        file, log = self.out / "runs" / f"{name}.json", self.out / "runs" / f"{name}.log"
        command = [_python(), str(ROOT / "scripts" / "python_study.d" / "worker.py"), json.dumps(job),
                   json.dumps(self.settings.document()), str(file)]
        child = None
        try:
            with open(log, "w", encoding="utf-8") as output:
                child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=_environment())
                code = child.wait()
        except KeyboardInterrupt:
            if child is not None:
                child.terminate()
                child.wait()
            for left in (log, file.with_name(file.name + ".part")):
                left.unlink(missing_ok=True)
            raise
        if code == 0:
            log.unlink()
            return None
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {code}"


def _python():
    own = ROOT / ".deps" / "venv" / "bin" / "python3"
    return str(own if own.exists() else sys.executable)


def _environment():
    built = ROOT / "build" / "cpu" / "lib"
    path = [entry for entry in (os.environ.get("PYTHONPATH"), str(built) if (built / "actscope").exists() else None) if entry]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
            "TORCHINDUCTOR_COMPILE_THREADS": "1", "HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1"}


# From jobs that are done: the same for another seed, else of the model, else of the kind.
def _expected_s(job, records):
    for names in (("kind", "model", "way"), ("kind", "model"), ("kind",)):
        times = [record["seconds"] for record in records if all(record.get(name) == job.get(name) for name in names)]
        if times:
            return statistics.median(times) + 5  # and the start of a process
    return USUAL_S[job["kind"]]
