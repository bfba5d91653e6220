// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "actscope/base/atomic_file.hpp"
#include "actscope/core/training/evaluation.hpp"

namespace actscope::app {

/// A CSV of predictions: `index,label,predicted,logit_0,…`, a row an image, logits with as many
/// digits as it takes to read the same float32 back.
class PredictionsFile {
 public:
  /// Errors  EnvironmentError: the folder cannot be written to
  explicit PredictionsFile(const std::filesystem::path& path) : file_(path) {}

  /// Errors  EnvironmentError: the disk is full
  void add(const core::Prediction& prediction);
  /// Gives the file its name; without it nothing is left.
  /// Errors  EnvironmentError: as add
  void commit();

 private:
  void write_out(std::size_t at_least);

  AtomicFile file_;
  std::string text_;  // not written yet
  bool has_header_ = false;
};

}  // namespace actscope::app
