# SPDX-License-Identifier: Apache-2.0
"""Traces of real runs, read with SQLite and with Perfetto's own definitions from PyPI."""
import gzip
import json
import os
import pathlib
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zlib

import pytest
from google.protobuf.unknown_fields import UnknownFieldSet
from perfetto.protos.perfetto.trace import perfetto_trace_pb2

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import memory_viewer  # noqa: E402  beside the tests of two languages

PROGRAM = os.environ["ACTSCOPE_BIN"]
TINY = ["--data", "synthetic", "--train-samples", "64", "--heldout-samples", "16", "--batch", "16", "--dim", "32",
        "--depth", "2", "--image-size", "16", "--block", "8", "--threads", "1"]
SCHEMES = ["dense", "exact-bsr", "int4-bsr", "checkpoint"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for scheme in SCHEMES:
        subprocess.run([PROGRAM, "run", *TINY, "--steps", "4", "--scheme", scheme, "--trace", "timeline", "--quiet",
                        "--out", str(folder / scheme)], check=True)
    return folder


def report(folder):
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def database(folder):
    return sqlite3.connect(f"file:{folder / 'trace.db'}?mode=ro", uri=True)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_operators_have_layers_forward_and_backward(runs, scheme):
    document = report(runs / scheme)
    assert document["trace"]["traced_steps"] == 3
    assert document["trace"]["dropped_records"] == 0
    found = {(row["layer"], row["phase"]) for row in document["operators"]}
    for layer in ("stem", "blocks.0", "blocks.1", "tail", "loss"):
        assert {(layer, "forward"), (layer, "backward")} <= found, (scheme, layer)
    assert all(row["source"] == "scope" and row["calls"] > 0 for row in document["operators"])
    # Before the graph's first node and behind its last there is no layer: what LibTorch does for itself there.
    nowhere = {row["name"] for row in document["operators"] if row["phase"] == "backward" and not row["layer"]}
    assert nowhere <= {"aten::ones_like", "aten::detach"}


def test_our_operators_stand_at_their_slots(runs):
    rows = {(row["name"], row["slot"], row["phase"]) for row in report(runs / "int4-bsr")["operators"]}
    assert ("quantize", "h", "forward") in rows
    assert ("dequantize", "h", "backward") in rows
    rows = {(row["name"], row["slot"], row["phase"]) for row in report(runs / "exact-bsr")["operators"]}
    assert any(name == "gemm_tn" and phase == "backward" for name, slot, phase in rows)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_database_agrees_with_the_report(runs, scheme):
    connection = database(runs / scheme)
    document = report(runs / scheme)
    ask = lambda sql: connection.execute(sql).fetchall()
    assert ask("PRAGMA integrity_check") == [("ok",)]
    assert dict(ask("SELECT name, count FROM loss")) == {"dropped_records": 0, "untimed_records": 0,
                                                        "clock_anomalies": 0}
    assert ask("SELECT count(*) FROM step") == [(3,)]
    calls = {(o, layer or "", slot or "", phase): n for o, layer, slot, phase, n in
             ask("SELECT operator, layer, slot, phase, calls FROM operator_time")}
    assert calls == {(r["name"], r["layer"], r["slot"], r["phase"]): r["calls"] for r in document["operators"]}
    # The ledger of each step is what the report says was kept.
    for (step,) in ask("SELECT DISTINCT step FROM ledger"):
        stored = ask(f"SELECT sum(stored_bytes) FROM ledger WHERE step = {step}")[0][0]
        assert stored == document["summary"]["saved_bytes"]
    counters = dict(ask("SELECT text, max(value) FROM counter JOIN name USING (name) WHERE unit = 0 GROUP BY text"))
    assert counters == {"saved_stored_bytes": document["summary"]["saved_bytes"],
                        "saved_dense_bytes": document["summary"]["dense_saved_bytes"]}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_memory_adds_up(runs, scheme):
    connection = database(runs / scheme)
    for (step,) in connection.execute("SELECT step FROM step").fetchall():
        events = connection.execute("SELECT address, bytes, live_bytes FROM memory_event WHERE step = ? "
                                    "ORDER BY time_ns", (step,)).fetchall()
        assert events
        live, held = None, {}
        for address, size, after in events:
            if live is not None:
                assert after == live + size, "one thread: every event continues the one before"
            live = after
            assert live >= 0
            if size > 0:
                assert address not in held, "given out twice"
                held[address] = size
            else:
                assert held.pop(address, -size) == -size, "freed with another size"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_scopes_nest(runs, scheme):
    connection = database(runs / scheme)
    for kind in range(4):
        spans = connection.execute("SELECT begin_ns, begin_ns + duration_ns FROM scope_event WHERE kind = ? "
                                   "ORDER BY begin_ns", (kind,)).fetchall()
        assert spans
        for (_, end), (begin, _) in zip(spans, spans[1:]):
            assert end <= begin, "two of one kind overlap"
    outside = connection.execute("""SELECT count(*) FROM scope_event AS o WHERE kind > 0 AND NOT EXISTS
        (SELECT 1 FROM scope_event AS s WHERE s.kind = 0 AND s.begin_ns <= o.begin_ns
         AND s.begin_ns + s.duration_ns >= o.begin_ns + o.duration_ns)""").fetchone()
    assert outside == (0,), "outside every step"


def perfetto_trace(path):
    """The packets of a file, which holds them deflated."""
    whole, trace = perfetto_trace_pb2.Trace(), perfetto_trace_pb2.Trace()
    whole.ParseFromString(path.read_bytes())
    assert whole.packet
    for packet in whole.packet:
        assert len(UnknownFieldSet(packet)) == 0
        assert packet.HasField("compressed_packets") and packet.ByteSize() < 512 * 1024
        trace.MergeFromString(zlib.decompress(packet.compressed_packets))
    return trace


@pytest.mark.parametrize("scheme", SCHEMES)
def test_perfetto_reads_it(runs, scheme):
    trace = perfetto_trace(runs / scheme / "trace.pftrace")
    tracks, names, depth, counters, flows = {}, {}, {}, {}, {}
    for packet in trace.packet:
        assert len(UnknownFieldSet(packet)) == 0
        if packet.HasField("track_descriptor"):
            tracks[packet.track_descriptor.uuid] = packet.track_descriptor
        for entry in packet.interned_data.event_names:
            names[entry.iid] = entry.name
        if not packet.HasField("track_event"):
            continue
        event = packet.track_event
        assert event.track_uuid in tracks and packet.timestamp > 0
        if event.type == event.TYPE_SLICE_BEGIN:
            assert names[event.name_iid]
            depth[event.track_uuid] = depth.get(event.track_uuid, 0) + 1
            for flow in event.flow_ids:
                flows[flow] = flows.get(flow, 0) + 1
        elif event.type == event.TYPE_SLICE_END:
            depth[event.track_uuid] -= 1
        elif event.type == event.TYPE_COUNTER:
            counters.setdefault(tracks[event.track_uuid].name, []).append(event.counter_value)
    assert set(depth.values()) == {0}
    assert {"steps", "phases", "layers", "operators"} <= {track.name for track in tracks.values()}
    assert {name for name in counters if ", thread " not in name} == {"live_bytes", "saved_stored_bytes", "saved_dense_bytes"}
    assert set(counters["saved_stored_bytes"]) == {report(runs / scheme)["summary"]["saved_bytes"]}
    assert {names[iid] for iid in names} >= {"blocks.0", "blocks.1", "forward", "backward", "optimizer"}
    assert flows and all(count == 2 for count in flows.values()), "one arrow a layer and step"


def shown(path):
    """What each track of a Perfetto trace shows, in order, with names in place of numbers."""
    trace = perfetto_trace(path)
    tracks, names, events = {}, {}, {}
    for packet in trace.packet:
        if packet.HasField("track_descriptor"):
            tracks[packet.track_descriptor.uuid] = packet.track_descriptor.SerializeToString()
        for entry in packet.interned_data.event_names:
            names[entry.iid] = entry.name
        if packet.HasField("track_event"):
            event = packet.track_event
            events.setdefault(tracks[event.track_uuid], []).append(
                (packet.timestamp, event.type, names.get(event.name_iid), event.counter_value, list(event.flow_ids),
                 [note.SerializeToString() for note in event.debug_annotations]))
    return events


def export(folder, form, *options):
    return subprocess.run([PROGRAM, "trace", "export", str(folder), "--format", form, *options], capture_output=True,
                          text=True)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_export_is_what_the_run_wrote(runs, scheme, tmp_path):
    result = export(runs / scheme, "perfetto", "--output", str(tmp_path / "again.pftrace"), "--quiet")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    written = shown(runs / scheme / "trace.pftrace")
    assert written and shown(tmp_path / "again.pftrace") == written
    refused = export(runs / scheme, "perfetto")
    assert refused.returncode == 4 and "it exists already" in refused.stderr


@pytest.mark.parametrize("scheme", SCHEMES)
def test_chrome_events_are_balanced(runs, scheme, tmp_path):
    assert export(runs / scheme, "chrome", "--output", str(tmp_path / "t.json.gz")).returncode == 0
    with gzip.open(tmp_path / "t.json.gz", "rt", encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    depth, last, begun = {}, {}, 0
    for event in events:
        if event["ph"] in "BE":
            assert event["ts"] >= last.get(event["tid"], 0)
            last[event["tid"]] = event["ts"]
            depth[event["tid"]] = depth.get(event["tid"], 0) + (1 if event["ph"] == "B" else -1)
            assert depth[event["tid"]] >= 0
            begun += event["ph"] == "B"
    assert set(depth.values()) == {0}
    assert begun == database(runs / scheme).execute("SELECT count(*) FROM scope").fetchone()[0]


def test_device_allocations_open_as_a_pickle(runs, tmp_path):
    folder = tmp_path / "r"
    shutil.copytree(runs / "dense", folder)
    refused = export(folder, "memory")
    assert refused.returncode == 4 and refused.stderr.count("\n") == 1 and "CUDA" in refused.stderr
    connection = sqlite3.connect(folder / "trace.db")
    base = 0x7F0000000000
    (place,) = connection.execute("SELECT count(*) FROM place").fetchone()
    connection.executescript(f"""
        DELETE FROM memory; DELETE FROM memory_live; DELETE FROM block;
        INSERT INTO place VALUES ({place}, 0, 3, 0, 0, 1, 0, NULL);
        INSERT INTO block VALUES (0, {base}, 4096, 0), (1, {base + 8192}, 512, 0);
        INSERT INTO memory VALUES (9000, 0, {place}, 0), (9500, 1, {place}, 0), (12000, 0, {place}, 1);
        INSERT INTO memory_live VALUES (1, 4096);
    """)
    connection.commit()
    connection.close()
    assert export(folder, "memory").returncode == 0
    with open(folder / "memory.pickle", "rb") as file:
        snapshot = pickle.load(file)
    assert {"segments", "device_traces"} <= set(snapshot)
    (trace,) = snapshot["device_traces"]
    assert [(e["action"], e["addr"] - base, e["size"], e["time_us"]) for e in trace] == [
        ("alloc", 0, 4096, 9), ("alloc", 8192, 512, 9), ("free_completed", 0, 4096, 12)]
    assert trace[0]["frames"] == [{"name": "forward", "filename": "step", "line": 3}]
    assert [(s["address"] - base, [b["state"] for b in s["blocks"]]) for s in snapshot["segments"]] == [
        (0, ["inactive"]), (8192, ["active_allocated"])]
    assert memory_viewer.view(folder / "memory.pickle")[1] == [[4096, 4608, 512]]


def test_an_export_tells_what_is_wrong(tmp_path):
    (tmp_path / "trace.db").write_bytes(b"no database" * 100)
    for folder, form, code in ((tmp_path, "chrome", 3), (tmp_path / "none", "chrome", 3), (tmp_path, "svg", 2)):
        result = export(folder, form)
        assert result.returncode == code and result.stderr.count("\n") == 1, result.stderr
        assert result.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["trace.db"]


def test_a_killed_run_leaves_a_whole_database(tmp_path):
    process = subprocess.Popen([PROGRAM, "run", *TINY, "--steps", "1000000", "--trace", "timeline", "--quiet",
                                "--out", str(tmp_path / "r")])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if database(tmp_path / "r").execute("SELECT count(*) FROM memory").fetchone()[0] > 0:
                break
        except sqlite3.OperationalError:
            pass
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    connection = sqlite3.connect(tmp_path / "r" / "trace.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("SELECT count(*) FROM memory").fetchone()[0] > 0


def test_tracing_changes_no_result(runs, tmp_path):
    for level in ("off", "ledger", "audit"):
        subprocess.run([PROGRAM, "run", *TINY, "--steps", "4", "--scheme", "int4-bsr", "--trace", level, "--quiet",
                        "--out", str(tmp_path / level)], check=True)
        document = report(tmp_path / level)
        traced = report(runs / "int4-bsr")
        assert document["summary"]["weights_sha256"] == traced["summary"]["weights_sha256"]
        assert document["warnings"] == []
    assert report(tmp_path / "audit")["summary"]["saved_bytes"] == traced["summary"]["saved_bytes"]
    assert not (tmp_path / "off" / "trace.db").exists()
    assert (tmp_path / "audit" / "trace.db").exists()


def test_kernels_need_a_gpu(tmp_path):
    result = subprocess.run([PROGRAM, "run", *TINY, "--steps", "2", "--trace", "cupti", "--out", str(tmp_path / "r")],
                            capture_output=True, text=True)
    assert result.returncode == 4
    assert "use --trace timeline" in result.stderr
    assert not (tmp_path / "r").exists()
