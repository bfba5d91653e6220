# SPDX-License-Identifier: Apache-2.0
"""Times torch's dense weight gradient and GELU on the shapes of actscope_cuda_timing and prints JSON.

Takes the timing program's output file; adds to each entry dense_time_s, the dense product of cuBLAS in the entry's own type
(f32 is strict, LibTorch's default matmul precision), the ratios of the sparse times to it, and the dense times of every type,
because a win over strict f32 alone says little. compress_in_gelu_s is what compress adds to a GELU that is computed anyway: ours
or torch's, whichever is faster.

As the program does: graphs of at least twenty calls, over as many sets of operands as are twice the last cache.
"""

import json
import statistics
import sys

import torch

WARM_UP = 3
SAMPLES = 15
LEAST_CALLS = 20
TYPES = {"f32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


def sets_beyond_cache(bytes_of_set):
    """As many sets of operands as are twice the last cache, at least two."""
    return max(2, 2 * torch.cuda.get_device_properties(0).L2_cache_size // bytes_of_set + 1)


def median_seconds(work, sets):
    """Median time of a call of work(set), whose calls take turns through the sets."""
    calls = -(-LEAST_CALLS // sets) * sets
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for one in range(sets):
            work(one)
        stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=stream):
            for call in range(calls):
                work(call % sets)
        times = []
        for run in range(WARM_UP + SAMPLES):
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record(stream)
            graph.replay()
            end.record(stream)
            end.synchronize()
            if run >= WARM_UP:
                times.append(begin.elapsed_time(end) * 1e-3 / calls)
    return statistics.median(times)


def random_sets(sets, *size, dtype):
    """Random matrices, one a set."""
    generator = torch.Generator(device="cuda").manual_seed(1)
    return [torch.randn(*size, device="cuda", generator=generator).to(dtype) for _ in range(sets)]


def dense_times(tokens, features, outputs):
    """Seconds of dY^T X, and of a GELU of X, by precision."""
    products, gelus = {}, {}
    for name, dtype in TYPES.items():
        sets = sets_beyond_cache(tokens * (features + outputs) * dtype.itemsize)
        x, dy = random_sets(sets, tokens, features, dtype=dtype), random_sets(sets, tokens, outputs, dtype=dtype)
        dw = torch.empty(outputs, features, device="cuda", dtype=dtype)
        torch.set_float32_matmul_precision("high" if name == "tf32" else "highest")
        products[name] = median_seconds(lambda one: torch.mm(dy[one].t(), x[one], out=dw), sets)
        u = [torch.empty_like(one) for one in x]
        gelus[name] = median_seconds(lambda one: torch.ops.aten.gelu.out(x[one], out=u[one]), sets)
    torch.set_float32_matmul_precision("highest")
    return products, gelus


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        entries = json.load(file)
    known = {}
    for entry in entries:
        shape = (entry["tokens"], entry["features"], entry["outputs"])
        if shape not in known:
            known[shape] = dense_times(*shape)
        dense, gelus = known[shape]
        entry["dense_time_s"] = dense[entry["dtype"]]
        for name, seconds in dense.items():
            entry[f"dense_{name}_time_s"] = seconds
        entry["torch_gelu_time_s"] = gelus[entry["dtype"]]
        entry["compress_in_gelu_s"] = entry["gelu_compress_s"] - min(entry["gelu_s"], entry["torch_gelu_time_s"])
        in_gelu = entry["compress_in_gelu_s"] + entry["product_s"]
        entry["ratio_to_dense"] = entry["time_s"] / entry["dense_time_s"]
        entry["ratio_to_dense_in_gelu"] = in_gelu / entry["dense_time_s"]
    print(json.dumps(entries))
    return 0


if __name__ == "__main__":
    sys.exit(main())
