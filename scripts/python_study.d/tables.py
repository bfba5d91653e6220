# SPDX-License-Identifier: Apache-2.0
"""The tables of a study, as Markdown."""

import math
import statistics

from settings import BATCHES, MEASURED, MODELS, TIMED, WAYS

# Student's t, 97.5 %, by degrees of freedom: two to ten seeds.
_T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def report(settings, records):
    """All tables, each under its heading, from the records of the jobs; what no job measured has no heading."""
    found = {}
    for record in records:
        for way in record.get("ways", [record.get("way")]):
            found[record["kind"], record["model"], way, record.get("seed")] = record
    lines = [_machine(records), ""]
    for heading, part in (("Learning", _learning), ("Bytes and steps", _costs), ("Instruments", _instruments)):
        table = list(part(settings, found))
        lines += [f"## {heading}", "", *table] if table else []
    return "\n".join(lines)


def _machine(records):
    """What the records say of where they come from; each fact once."""
    facts = {name: sorted({str(record["environment"][name]) for record in records}) for name in records[0]["environment"]}
    dates = facts.pop("date")
    told = {"processor": "{}", "threads": "{} thread", "torch": "torch {}", "timm": "timm {}",
            "transformers": "transformers {}", "commit": "package of commit {}"}
    text = ", ".join(form.format(" and ".join(facts[name])) for name, form in told.items())
    days = sorted({date.split(" ")[0] for date in dates})
    return f"{' to '.join(days[:1] + days[1:][-1:])}, {text}."


def _table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "| --- |" + " ---: |" * (len(head) - 1)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


# ---- Learning

def _learning(settings, found):
    for model in settings.models:
        by_way = {way: {seed: found["train", model, way, seed]["result"] for seed in settings.seeds
                        if ("train", model, way, seed) in found}
                  for way in settings.ways if way == "plain" or not WAYS[way].is_exact}
        plain = by_way["plain"]
        if not plain:
            continue
        yield f"{MODELS[model]}, {BATCHES[model]} a step, {settings.steps:,} steps, AdamW at {settings.rate:g}:"
        yield ""
        metric = next(iter(plain.values()))["metric"]
        yield from _table(("way", f"held-out loss, {metric}", "deviation of seeds", "to plain", "right", "points", "seeds"),
                          [(_way(way), *_learned(runs, plain if way != "plain" else None), f"{len(runs)}/{len(settings.seeds)}")
                           for way, runs in by_way.items()])


def _learned(runs, plain):
    if not runs:
        return ("-",) * 5
    losses = [run["held_out"]["loss"] for run in runs.values()]
    rights = [100 * run["held_out"]["accuracy"] for run in runs.values()]
    spread = f"{statistics.stdev(losses):.4f}" if len(losses) > 1 else "-"
    to_plain = points = "-"
    if plain is not None:
        both = [(run["held_out"], plain[seed]["held_out"]) for seed, run in runs.items() if seed in plain]
        to_plain = _with_interval([100 * (ours["loss"] / theirs["loss"] - 1) for ours, theirs in both], " %")
        points = _with_interval([100 * (ours["accuracy"] - theirs["accuracy"]) for ours, theirs in both], "")
    return f"{statistics.mean(losses):.4f}", spread, to_plain, f"{statistics.mean(rights):.1f} %", points


def _with_interval(differences, unit):
    """Mean of differences that are paired by seed, with its 95 % interval."""
    if not differences:
        return "-"
    text = f"{statistics.mean(differences):+.2f}"
    count = len(differences)
    if count - 1 in _T:
        text += f" ±{_T[count - 1] * statistics.stdev(differences) / math.sqrt(count):.2f}"
    return text + unit


# ---- Bytes and steps

def _costs(settings, found):
    for model in settings.models:
        memory, steps = ({way: found[kind, model, way, None]["result"] for way in settings.ways
                          if (kind, model, way, None) in found} for kind in ("memory", "steps"))
        if "plain" not in memory:
            continue
        yield (f"{model}: bytes at {MEASURED * BATCHES[model]} a step, times at {TIMED * BATCHES[model]}"
               + (f" (plain: {_milliseconds(steps)})" if steps else "") + ":")
        yield ""
        yield from _table(("way", "kept", "fewer", "residual", "peak", "fewer", "resident", "fewer", "step", "quartiles",
                           "processor time", "losses differ by"),
                          [(_way(way), *_kept(memory.get(way), memory["plain"]), *_step(way, steps)) for way in settings.ways])


def _milliseconds(steps):
    each = sorted({1000 * result["plain_step_s"] for result in steps.values()})
    return f"{each[0]:.0f} to {each[-1]:.0f} ms" if len(each) > 1 else f"{each[0]:.0f} ms"


def _kept(ours, plain):
    if ours is None:
        return ("-",) * 7
    figures = []
    for name in ("kept_bytes", "peak_bytes", "resident_growth_bytes"):
        figures.append(_bytes(ours[name]))
        figures.append(f"{plain[name] / ours[name]:.2f}x" if ours[name] else "-")
        if name == "kept_bytes":
            figures.append(f"{ours['residual_bytes']:,}")
    return tuple(figures)


def _step(way, steps):
    if way == "plain":
        return "1", "-", "1", "-"
    if way not in steps:
        return ("-",) * 4
    result = steps[way]["ways"][way]
    wall, processor = result["wall"], result["processor"]
    differs = result["losses_differ_by"]
    return (f"{wall[0]:.2f}", f"{wall[1]:.2f} to {wall[2]:.2f}", f"{processor[0]:.2f}",
            "0, bit for bit" if differs == 0 else f"{differs:.1e}")


# ---- Instruments

def _instruments(settings, found):
    rows = []
    for model in settings.models:
        for way in settings.ways:
            if ("instruments", model, way, None) not in found:
                continue
            result = found["instruments", model, way, None]["result"]
            ledger, profiler, torchlens = (result[name] for name in ("ledger", "profiler", "torchlens"))
            rows.append((model, _way(way), f"{ledger['kept_bytes']:,}", f"{ledger['kept_bytes'] + ledger['output_bytes']:,}",
                         _told(profiler, "net_bytes"), _told(profiler, "allocated_bytes"),
                         _told(torchlens, "total_autograd_memory"), _told(torchlens, "total_activation_memory"),
                         f"{result['resident_growth_bytes']:,}"))
    if rows:
        yield from _table(("model", "way", "ledger: kept", "and outputs", "profiler: net", "allocated", "torchlens: autograd",
                           "activations", "resident, glibc as it is"), rows)


def _told(result, name):
    return result["error"] if "error" in result else f"{result[name]:,}"


def _way(way):
    return WAYS[way].title


def _bytes(count):
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= size:
            return f"{count / size:.3g} {unit}" if count < 1000 * size else f"{count / size:.0f} {unit}"
    return f"{count} B"
