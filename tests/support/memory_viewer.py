# SPDX-License-Identifier: Apache-2.0
"""What PyTorch's memory viewer does with a memory.pickle, as far as it can fail: a port of its rules.

Source  PyTorch 2.11, torch/utils/viz/MemoryViz.js: unpickle, annotate_snapshot, simulate_memory, find_segment
"""

import bisect
import pickle
import pickletools
import sys

# A browser passes the values of one APPENDS as arguments of one call, and refuses about this many.
MOST_ARGUMENTS = 100_000
OPCODES = {"APPENDS", "EMPTY_DICT", "EMPTY_LIST", "LONG1", "MARK", "PROTO", "SETITEMS", "STOP", "BINUNICODE",
           "NEWTRUE", "NEWFALSE"}  # those that are expected, all of which the viewer knows


def largest_batch(pickled):
    """Values of the largest APPENDS; raises ValueError at an operation that the viewer does not know."""
    largest, stack, marks = 0, 0, []
    for opcode, _, _ in pickletools.genops(pickled):
        if opcode.name not in OPCODES:
            raise ValueError(f"the viewer does not know {opcode.name}")
        if opcode.name == "MARK":
            marks.append(stack)
        elif opcode.name in ("APPENDS", "SETITEMS"):
            mark = marks.pop()
            if opcode.name == "APPENDS":
                largest = max(largest, stack - mark)
            stack = mark
        elif opcode.name not in ("PROTO", "STOP"):
            stack += 1
    return largest


def blocks_over_time(snapshot, device):
    """Live bytes at each event of a device's history, by going backwards from the blocks at the end. Raises
    LookupError where the viewer would find no segment of a block, or no block of an event."""
    segments = sorted((s["address"], s["total_size"]) for s in snapshot["segments"] if s["device"] == device)
    begins = [begin for begin, _ in segments]
    blocks = {}
    for segment in snapshot["segments"]:
        address = segment["address"]
        for block in segment["blocks"]:
            if segment["device"] == device and block["state"] in ("active_pending_free", "active_allocated"):
                blocks[address] = block["requested_size"]
            address += block["size"]  # the viewer does not read where a block says it is
        if address != segment["address"] + segment["total_size"]:
            raise LookupError("the blocks of a segment do not fill it")

    def check(address):
        at = bisect.bisect_right(begins, address) - 1
        if at < 0 or address >= sum(segments[at]):
            raise LookupError(f"no segment holds the block at {address:#x}")

    for address in blocks:
        check(address)
    live, total = [], sum(blocks.values())
    for event in reversed(snapshot["device_traces"][device]):
        live.append(total)
        address = event["addr"]
        if event["action"] in ("free", "free_completed"):
            total += event["size"] - blocks.get(address, 0)
            blocks[address] = event["size"]
            check(address)
        elif event["action"] == "free_requested":
            if address not in blocks:
                raise LookupError(f"a free is requested of no block at {address:#x}")
        elif event["action"] == "alloc":
            total -= blocks.pop(address, 0)
    return live[::-1]


def view(path):
    """The snapshot and the live bytes over time of each device, as the viewer would show them."""
    with open(path, "rb") as file:
        pickled = file.read()
    batch = largest_batch(pickled)
    if batch > MOST_ARGUMENTS:
        raise ValueError(f"the browser raises RangeError [a call of {batch} arguments]")
    snapshot = pickle.loads(pickled)
    return snapshot, [blocks_over_time(snapshot, device) for device in range(len(snapshot["device_traces"]))]


def main():
    try:
        _, live = view(sys.argv[1])
    except (ValueError, LookupError) as error:
        print(f"memory_viewer: {error}", file=sys.stderr)
        return 1
    for device, values in enumerate(live):
        print(device, len(values), max(values, default=0), values[-1] if values else 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
