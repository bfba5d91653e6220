# SPDX-License-Identifier: Apache-2.0
"""Checks one report of `actscope run --device cuda --trace cupti`: kernels are there, have times, and belong to layers,
and the peak of the device's memory is explained.

Prints one JSON object; exits 1 where the report is not as promised.
"""

import sys

import check_report

LEAST_SHARE_WITH_LAYER = 0.99  # of the kernel time of forward and backward
LEAST_SHARE_OF_PEAK = 0.5  # bytes that owners asked for, over the allocator's peak


def check(report):
    """What was read and a list of complaints, empty where all is well."""
    trace, kernels = report["trace"], report["kernels"]
    in_layers = [row for row in kernels if row["phase"] in ("forward", "backward")]
    total = sum(row["total_s"] for row in in_layers)
    named = sum(row["total_s"] for row in in_layers if row["layer"])
    complaints = []
    if trace["kernels_source"] != "cupti":
        complaints.append(f"kernels are not CUPTI's [{trace['kernels_source']}: {trace['kernels_reason']}]")
    if total <= 0:
        complaints.append("no kernel of forward or backward has a time")
    elif named < LEAST_SHARE_WITH_LAYER * total:
        complaints.append(f"kernels without a layer [{named / total:.4f} of the time has one]")
    memory, peak_bytes = report["memory"], report["summary"]["peak_bytes"]
    if memory is None:
        complaints.append("the peak of the device's memory is not explained")
    else:
        bytes_at_peak = memory["peak"]["bytes"]
        if sum(share["bytes"] for share in memory["composition"]) != bytes_at_peak:
            complaints.append("the parts of the peak do not add up to it")
        # The allocator rounds blocks up, and its peak is that of all steps.
        if not LEAST_SHARE_OF_PEAK * peak_bytes <= bytes_at_peak <= peak_bytes:
            complaints.append(f"the explained peak is {bytes_at_peak} of {peak_bytes} bytes")
    for loss in ("dropped_records", "untimed_records", "clock_anomalies"):
        if trace[loss]:
            complaints.append(f"{loss} is {trace[loss]}")
    return {"kernels": len(kernels), "calls": sum(row["calls"] for row in kernels), "total_s": total,
            "share_with_layer_ratio": named / total if total else None, "trace": trace, "memory": memory}, complaints


if __name__ == "__main__":
    sys.exit(check_report.main(check))
