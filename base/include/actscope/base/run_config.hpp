// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actscope {

/// Transient bytes that compressed functions take for decoded parts, where no other number is
/// given.
inline constexpr std::int64_t default_workspace_bytes = std::int64_t{64} << 20;

/// The same for a run on `device` that gives no number. A GPU wants whole batches at once: parts of
/// a batch leave most of its multiprocessors idle.
constexpr std::int64_t usual_workspace_bytes(std::string_view device) {
  return device == "cuda" ? std::int64_t{4} << 30 : default_workspace_bytes;
}

/// Everything that determines a training run. Filled by the command line or by the reader of
/// `actscope.config` files; names and defaults are those of `actscope run --help`. Text fields hold
/// names as users write them ("resmlp_s12", "int4-bsr", "blocks.*.h=int4"); the library that knows
/// the names (core) validates them.
///
/// Of a run of a model that is not ours only some fields are known; see `known_fields`.
struct RunConfig {
  // Model: `resmlp` takes the geometry fields; the published models have their own geometry.
  std::string model = "resmlp";
  std::optional<std::int64_t> dim;
  std::optional<std::int64_t> depth;
  std::optional<std::int64_t> patch;
  std::optional<std::int64_t> image_size;
  std::optional<std::int64_t> classes;

  // Data.
  std::string data = "fashion-mnist";  ///< fashion-mnist, cifar10, cifar100, imagefolder, synthetic
  std::string data_dir;                ///< empty: where the data set's Debian package puts it
  std::int64_t train_samples = 0;      ///< 0: all
  std::int64_t heldout_samples = 0;    ///< 0: all
  bool augment = true;                 ///< random crop and flip on training images
  double max_corrupt_share = 0.01;     ///< of image files that may be skipped, of each part
  std::int64_t data_workers = 2;       ///< batches of image files decoded ahead of the steps

  // Compression.
  std::string scheme = "dense";
  std::int64_t block_rows = 16;
  std::int64_t block_cols = 16;
  double sparsity_ratio = 0.8;
  std::string select = "panel";
  std::string schedule = "constant";           ///< of sparsity over steps: warmup:100, cubic:0:1000
  std::vector<std::string> slot_overrides;     ///< "PATTERN=STORE", later ones win
  std::vector<std::string> operand_overrides;  ///< "PATTERN=OPERAND", later ones win

  // Training.
  std::int64_t epochs = 1;  ///< used where steps is 0
  std::int64_t steps = 0;   ///< 0: as many as the epochs have
  std::int64_t batch = 128;
  std::int64_t seed = 0;
  double learning_rate = 1e-3;
  double weight_decay = 0.05;
  double warmup_ratio = 0.1;  ///< share of all steps with rising learning rate
  double label_smoothing = 0.1;
  std::string optimizer = "adamw";  ///< adamw, lamb
  double drop_path_ratio = 0;       ///< chance that an image skips a half of a block
  double ema_decay = 0;             ///< of averaged weights that are evaluated and saved; 0: none

  // Machine.
  std::string device = "cpu";  ///< cpu, cuda
  std::string dtype = "fp32";  ///< of activations: fp32 or bf16; parameters are fp32
  std::int64_t threads = 0;    ///< 0: as many as the machine has
  std::int64_t workspace_bytes = default_workspace_bytes;
  std::optional<std::int64_t> budget_bytes;  ///< for the peak of a step, from a plan

  // Recording.
  std::int64_t gradient_errors = 0;  ///< steps between samples of gradient errors; 0: none
  std::string trace = "ledger";      ///< off, ledger, timeline, cupti, audit
  std::string weights;       ///< safetensors file to start from; empty: seeded initialization
  std::string save_weights;  ///< safetensors file to write at the end; empty: none
  std::string weights_names = "timm";  ///< of tensors in save_weights: timm, original
  std::int64_t checkpoint_every = 0;   ///< steps between training checkpoints; 0: only when stopped
  std::string out;                     ///< output folder

  /// The fields that are known, by their names in documents; the values of the others mean nothing.
  /// Absent: all of them, as of every run of our own.
  std::optional<std::vector<std::string>> known_fields;
};

}  // namespace actscope
