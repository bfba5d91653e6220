# SPDX-License-Identifier: Apache-2.0
"""Times torch's dense weight gradient on the shapes of actscope_cuda_timing and prints JSON.

Takes the timing program's output file; adds to each entry dense_time_s, the dense product of cuBLAS in the
entry's own type (f32 is strict, LibTorch's default matmul precision), the ratios of the sparse times to it,
and the dense times of every type, because a win over strict f32 alone says little. The producer's ratio
counts what compress adds to a GELU that is computed anyway.
"""

import json
import statistics
import sys

import torch

WARM_UP = 3
SAMPLES = 15


def median_seconds(work):
    """Median time of `work` between two CUDA events."""
    times = []
    for run in range(WARM_UP + SAMPLES):
        begin = torch.cuda.Event(enable_timing=True)
        end = torch.cuda.Event(enable_timing=True)
        begin.record()
        work()
        end.record()
        end.synchronize()
        if run >= WARM_UP:
            times.append(begin.elapsed_time(end) * 1e-3)
    return statistics.median(times)


def dense_times(tokens, features, outputs):
    """Seconds of dY^T X by precision."""
    generator = torch.Generator(device="cuda").manual_seed(1)
    x = torch.randn(tokens, features, device="cuda", generator=generator)
    dy = torch.randn(tokens, outputs, device="cuda", generator=generator)
    dw = torch.empty(outputs, features, device="cuda")
    times = {}
    for name, precision in (("f32", "highest"), ("tf32", "high")):
        torch.set_float32_matmul_precision(precision)
        times[name] = median_seconds(lambda: torch.mm(dy.t(), x, out=dw))
    torch.set_float32_matmul_precision("highest")
    for name, dtype in (("bf16", torch.bfloat16), ("f16", torch.float16)):
        x16, dy16, dw16 = x.to(dtype), dy.to(dtype), dw.to(dtype)
        times[name] = median_seconds(lambda: torch.mm(dy16.t(), x16, out=dw16))
    return times


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        entries = json.load(file)
    known = {}
    for entry in entries:
        shape = (entry["tokens"], entry["features"], entry["outputs"])
        if shape not in known:
            known[shape] = dense_times(*shape)
        dense = known[shape]
        entry["dense_time_s"] = dense[entry["dtype"]]
        for name, seconds in dense.items():
            entry[f"dense_{name}_time_s"] = seconds
        in_gelu = entry["compress_in_gelu_s"] + entry["product_s"]
        entry["ratio_to_dense"] = entry["time_s"] / entry["dense_time_s"]
        entry["ratio_to_dense_in_gelu"] = in_gelu / entry["dense_time_s"]
    print(json.dumps(entries))
    return 0


if __name__ == "__main__":
    sys.exit(main())
