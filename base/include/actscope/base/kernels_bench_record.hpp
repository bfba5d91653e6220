// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actscope/base/environment_record.hpp"
#include "actscope/base/paired_ratio.hpp"
#include "actscope/base/run_record.hpp"

namespace actscope {

/// What came of another library, or of another way to the same product, at one point.
/// ok: ran and agreed with the reference; refused: does not take the shape or block, or computed
/// something else; missing: not installed or not built in.
enum class RivalStatus { ok, refused, missing };

/// dense: the whole product; masked: input times mask, then the whole product; sparse: kept blocks
/// only.
enum class RivalKind { dense, masked, sparse };

struct KernelRival {
  std::string name;  ///< "openblas", …
  RivalKind kind = RivalKind::dense;
  std::string library;
  std::string version;  ///< by the library itself
  std::string path;     ///< of the file that the called function lies in
  RivalStatus status = RivalStatus::missing;
  std::string message;    ///< why it did not run, or what its time leaves out
  std::string algorithm;  ///< the fastest of several that were tried beforehand; empty: it has one
  std::int64_t samples = 0;
  Measured<double> time_s;
  Measured<double> gflop_per_s;  ///< of the FLOPs that it does: dense and masked ones do all
  PairedRatio to_dense;          ///< its time over that of the best dense library, same rounds
};

/// One operator at one shape, block size and sparsity, by one back end.
struct KernelResult {
  std::string backend;       ///< cpu, reference, cuda
  std::string dtype;         ///< fp32, bf16, …
  std::int64_t threads = 0;  ///< of the host; 0 on cuda, where they are the device's
  std::string select = "panel";
  std::string operation;  ///< weight_gradient, mixing_gradient, compress, product
  std::string shape;      ///< fc1, fc2, token-mix
  std::int64_t block_rows = 0;
  std::int64_t block_cols = 0;
  double sparsity_ratio = 0;
  std::int64_t tokens = 0;    ///< of the reduction; token-mix: rows of all images
  std::int64_t features = 0;  ///< columns of the gradient
  std::int64_t outputs = 0;   ///< rows of the gradient
  std::int64_t samples = 0;   ///< rounds
  std::int64_t kept_flops = 0;
  std::int64_t moved_bytes = 0;  ///< bytes that have to move at least
  double time_s = 0;
  std::string dense_name;  ///< the fastest dense library of the same rounds; empty: none
  Measured<double> dense_time_s;
  PairedRatio to_dense;
  PairedRatio to_libtorch;
  Measured<double> gflop_per_s;      ///< kept FLOPs
  double gb_per_s = 0;               ///< moved_bytes
  Measured<double> peak_ratio;       ///< kept FLOPs a second over the measured peak
  Measured<double> roofline_ratio;   ///< over min(peak, FLOPs a byte · bandwidth); of a row that
                                     ///< multiplies nothing: bytes a second over the bandwidth
  Measured<double> kept_norm_ratio;  ///< ‖kept‖/‖all‖ (Frobenius) of the input
  std::vector<KernelRival> rivals;
};

struct KernelBlock {
  std::int64_t rows = 16;
  std::int64_t cols = 16;

  friend bool operator==(const KernelBlock&, const KernelBlock&) = default;
};

/// All that determines what is measured; equal settings continue one document. Every combination of
/// backends, dtypes and threads that exists is measured.
struct KernelsSettings {
  std::vector<std::string> backends = {"cpu"};
  std::vector<std::string> dtypes = {"fp32"};
  std::vector<std::int64_t> threads = {0};  ///< resolved before anything runs
  std::vector<std::string> shapes = {"fc1", "fc2", "token-mix"};
  std::vector<KernelBlock> blocks = {{8, 8}, {16, 16}, {32, 32}};
  std::vector<double> sparsities = {0.5, 0.75, 0.9};
  std::string select = "panel";  ///< among which blocks ours chooses
  std::int64_t tokens = 3136;
  std::int64_t rounds = 15;
  std::int64_t seed = 0;
  std::int64_t train_steps = 20;  ///< of the model that gives the activations

  friend bool operator==(const KernelsSettings&, const KernelsSettings&) = default;
};

/// What a processor or device can do, measured in the same process.
struct KernelsMachine {
  std::string backend = "cpu";  ///< cpu (of reference, too) or cuda
  std::string dtype;            ///< whose peak it is; empty: of every type
  std::int64_t threads = 0;     ///< as in the rows that it belongs to
  std::string device;           ///< name of the processor or GPU
  std::string origin;           ///< how peak and bandwidth were measured
  Measured<double> peak_flops;  ///< a second, a multiply-add counting two
  Measured<double> bandwidth_bytes_per_s;
};

/// All that `actscope bench kernels` leaves; `reports` writes it as an `actscope.kernels` document.
struct KernelsBenchRecord {
  RunStatus status = RunStatus::completed;
  std::string status_reason;  ///< empty where completed
  EnvironmentRecord environment;
  KernelsSettings settings;
  std::vector<KernelsMachine> machines;  ///< one a back end, type and number of threads
  std::string input;                     ///< where the values come from
  std::vector<KernelResult> results;
};

/// The figures of the machine that a row was measured on; null: there are none.
const KernelsMachine* machine_of(const KernelsBenchRecord& record, const KernelResult& row);

/// "ok", "refused", "missing".
const char* name_of(RivalStatus status);
/// "dense", "masked", "sparse".
const char* name_of(RivalKind kind);

}  // namespace actscope
