// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actscope/core/config/run_option.hpp"

namespace actscope::core {

/// A text that is equal for two configurations exactly if all their fields of these roles are.
/// Epochs do not count where steps are given, for nothing then depends on them.
std::string key_of(const RunConfig& config, std::initializer_list<FieldRole> roles);

/// The key of runs that learn alike, whatever they compress and whichever seed they draw by.
std::string training_key(const RunConfig& config);

/// The key of runs that compute the same, whatever the seed.
std::string configuration_key(const RunConfig& config);

/// The key of a run and of those that continue it. Old checkpoints hold its digest, so a new option
/// counts only where it is not the default.
std::string continuation_key(const RunConfig& config);

/// "optimizer: adamw -> lamb", a line a field of the role training that differs.
std::vector<std::string> training_differences(const RunConfig& a, const RunConfig& b);

/// "optimizer lamb, weight_decay 0.1": the fields of these roles that differ from a run's defaults,
/// without the `known` ones.
std::string unusual_fields(const RunConfig& config, std::initializer_list<FieldRole> roles,
                           std::initializer_list<const char*> known = {});

/// Whether a run keeps all of everything: the scheme dense and nothing beside it. One whose scheme
/// is not known does not count.
bool is_dense(const RunConfig& config);

/// Which seed a dense run has to have.
enum class SeedOf {
  same,  ///< the run's own
  any,   ///< its own if there is one, else the first other
};

/// Dense runs that others are compared with, each run with one that trained alike.
class DenseRuns {
 public:
  /// `index` is what find returns for this run. Among runs that are alike the first counts. An
  /// empty hash of the data equals every other.
  /// Requires is_dense(config)
  void add(const RunConfig& config, const std::string& data_sha256, std::size_t index);

  /// The run to compare bytes and accuracy with; one that was also measured alike, if there is one.
  std::optional<std::size_t> find(const RunConfig& config, const std::string& data_sha256,
                                  SeedOf seed) const;

  /// The run to compare times with: threads and what was recorded are alike too.
  std::optional<std::size_t> find_timed(const RunConfig& config, const std::string& data_sha256,
                                        SeedOf seed) const;

  /// Why find has none: "no dense run", "no dense run of seed 3", "no dense run trains alike
  /// (optimizer: adamw -> lamb)", the nearest one's differences.
  std::string why_none(const RunConfig& config, const std::string& data_sha256, SeedOf seed) const;

 private:
  struct Run {
    RunConfig config;
    std::string training, measuring, data_sha256;
    std::size_t index;
  };
  std::optional<std::size_t> first(const RunConfig& config, const std::string& data_sha256,
                                   SeedOf seed, bool is_timed) const;

  std::vector<Run> runs_;
  std::multimap<std::string, std::size_t> by_training_;  // equal keys keep their order
};

}  // namespace actscope::core
