# SPDX-License-Identifier: Apache-2.0
"""Checks a recorded stream of device activity (docs/reference/trace.md): whole, with every kind that a replay needs.

Prints one JSON object: bytes, and the number of records of each kind; exits 1 where the stream is not as promised.
"""

import collections
import json
import struct
import sys

HEADER = b"ActR" + struct.pack("<I", 1)
KINDS = ("name", "kernel", "copy", "set", "place", "launch", "overhead", "memory", "window_end")
WANTED = ("name", "kernel", "place", "launch", "window_end")
MOST_BYTES = 4 << 20  # a fixture lies in the repository


def check(stream):
    """What was read and a list of complaints, empty where all is well."""
    counts, complaints = collections.Counter(), []
    if not stream.startswith(HEADER):
        return {"bytes": len(stream)}, ["it does not begin as a stream of version 1"]
    at = len(HEADER)
    while at < len(stream):
        length = int.from_bytes(stream[at:at + 4], "little")
        entry = stream[at + 4:at + 4 + length]
        at += 4 + length
        if length == 0 or len(entry) < length:
            complaints.append("its last record is not whole")
            break
        kind = KINDS[entry[0]] if entry[0] < len(KINDS) else "unknown"
        counts[kind] += 1
    complaints += [f"it has no record of kind {kind}" for kind in WANTED if not counts[kind]]
    if counts["unknown"]:
        complaints.append(f"{counts['unknown']} records are of an unknown kind")
    if len(stream) > MOST_BYTES:
        complaints.append(f"{len(stream)} bytes are too many for a fixture [at most {MOST_BYTES}]")
    return {"bytes": len(stream), "records": dict(counts)}, complaints


def main():
    try:
        with open(sys.argv[1], "rb") as file:
            stream = file.read()
    except OSError as error:
        print(f"gpu_check: {error}", file=sys.stderr)
        return 1
    read, complaints = check(stream)
    print(json.dumps(read))
    for complaint in complaints:
        print(f"gpu_check: {sys.argv[1]}: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
