# SPDX-License-Identifier: Apache-2.0
"""Checks one report of `actscope run --device cuda`: bytes predicted and bytes held agree.

On CUDA the allocator hands out multiples of 512 bytes, so that what it says may exceed the prediction
by up to 511 bytes a storage. Prints one JSON object; exits 1 where the report is not as promised.
"""

import math
import sys

import check_report

ROUNDING_BYTES = 512
# The most arrays that a store keeps for one slot: values or codes, mask or scales, column starts.
ARRAYS_OF_A_SLOT = 3
# Outputs of the step (loss, logits and their kin), which the run subtracts unrounded.
OTHER_ARRAYS = 8


def check(report):
    """What was read and a list of complaints, empty where all is well."""
    summary = report["summary"]
    complaints = []
    if report["status"] != "completed":
        complaints.append(f"status is {report['status']} [{report.get('status_reason')}]")
    if report["config"]["device"] != "cuda":
        complaints.append(f"ran on {report['config']['device']}, not on cuda")
    slots = sum(len(layer["slots"]) for layer in report["layers"])
    predicted, saved = summary["predicted_saved_bytes"], summary["saved_bytes"]
    allowed = ROUNDING_BYTES * (ARRAYS_OF_A_SLOT * slots + OTHER_ARRAYS)
    if saved <= 0 or predicted <= 0:
        complaints.append(f"nothing was saved [saved {saved}, predicted {predicted}]")
    elif not 0 <= saved - predicted <= allowed:
        complaints.append(f"saved and predicted bytes disagree [saved {saved}, predicted {predicted}, "
                          f"rounding explains up to {allowed} more]")
    if summary["train_loss"] is None or not math.isfinite(summary["train_loss"]):
        complaints.append(f"the loss is not finite [{summary['train_loss']}]")
    return {
        "scheme": report["config"]["scheme"],
        "saved_bytes": saved,
        "predicted_saved_bytes": predicted,
        "dense_saved_bytes": summary["dense_saved_bytes"],
        "peak_bytes": summary["peak_bytes"],
        "step_time_s": summary["step_time_s"],
        "train_loss": summary["train_loss"],
        "slots": slots,
    }, complaints


if __name__ == "__main__":
    sys.exit(check_report.main(check))
