// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep_plan.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "sweep/point.hpp"

namespace actscope::sweep {
namespace {

// An axis that was left empty has the one value of the base.
template <class Value>
std::vector<Value> values(const std::vector<Value>& axis, Value base) {
  return axis.empty() ? std::vector<Value>{std::move(base)} : axis;
}

class Expansion {
 public:
  Expansion(const SweepSpec& spec, const Validate& validate) : spec_(spec), validate_(validate) {}

  void add(PointRole role, RunConfig config) {
    config = canonical(std::move(config));
    SweepPointRecord point;
    point.id = point_id(config);
    if (!ids_.insert(point.id).second) return;
    point.role = role;
    try {
      validate_(config);
    } catch (const BackendNotBuilt&) {
      throw;  // no point of this sweep can run here
    } catch (const DeviceError&) {
      throw;
    } catch (const Error& error) {
      point.status = PointStatus::skipped;
      point.reason = error.what();
    }
    point.config = std::move(config);
    points_.push_back(std::move(point));
  }

  void add_baselines(const RunConfig& seeded) {
    for (const core::Preset& preset : core::presets()) {
      if (!preset.is_baseline) continue;
      RunConfig config = seeded;
      config.scheme = preset.name;
      config.slot_overrides.clear();
      config.operand_overrides.clear();
      add(PointRole::baseline, std::move(config));
    }
  }

  void add_points(std::int64_t seed) {
    for (RunConfig point : spec_.points) {
      point.seed = seed;
      add(PointRole::grid, std::move(point));
    }
  }

  void add_grid(const RunConfig& seeded) {
    for (const std::string& scheme : values(spec_.schemes, spec_.base.scheme)) {
      for (const BlockSides& sides :
           values(spec_.blocks, {spec_.base.block_rows, spec_.base.block_cols})) {
        for (const double sparsity : values(spec_.sparsities, spec_.base.sparsity_ratio)) {
          RunConfig config = seeded;
          config.scheme = scheme;
          config.block_rows = sides.rows;
          config.block_cols = sides.cols;
          config.sparsity_ratio = sparsity;
          add(PointRole::grid, std::move(config));
        }
      }
    }
  }

  std::vector<SweepPointRecord> take() { return std::move(points_); }

 private:
  const SweepSpec& spec_;
  const Validate& validate_;
  std::vector<SweepPointRecord> points_;
  std::set<std::string> ids_;
};

void require_one_scheme_for_overrides(const SweepSpec& spec) {
  if (spec.base.slot_overrides.empty() && spec.base.operand_overrides.empty()) return;
  if (spec.schemes.size() <= 1) return;
  throw ConfigError(error_text("--slot and --operand go with one scheme",
                               "got " + std::to_string(spec.schemes.size()) + " schemes",
                               "sweep one scheme at a time"));
}

bool wants_grid(const SweepSpec& spec) {
  return spec.points.empty() || !spec.schemes.empty() || !spec.blocks.empty() ||
         !spec.sparsities.empty();
}

// Baselines of a grid that cannot run are not worth running alone.
void require_something_to_run(const std::vector<SweepPointRecord>& points) {
  const auto is_grid = [](const SweepPointRecord& p) { return p.role == PointRole::grid; };
  const bool has_grid = std::ranges::any_of(points, is_grid);
  const SweepPointRecord* first = nullptr;
  for (const SweepPointRecord& point : points) {
    if (has_grid && !is_grid(point)) continue;
    if (point.status != PointStatus::skipped) return;
    if (first == nullptr) first = &point;
  }
  if (first != nullptr) throw ConfigError(first->reason);
}

}  // namespace

std::vector<SweepPointRecord> expand(const SweepSpec& spec, const Validate& validate) {
  require_one_scheme_for_overrides(spec);
  for (const double sparsity : spec.sparsities) {
    if (sparsity >= 0 && sparsity < 1) continue;
    throw ConfigError(error_text("--sparsities takes shares from 0 to below 1",
                                 "got " + std::to_string(sparsity), "write 80 % as 0.8"));
  }
  Expansion expansion(spec, validate);
  for (const std::int64_t seed : values(spec.seeds, spec.base.seed)) {
    RunConfig seeded = spec.base;
    seeded.seed = seed;
    if (spec.baselines) expansion.add_baselines(seeded);
    if (wants_grid(spec)) expansion.add_grid(seeded);
    expansion.add_points(seed);
  }
  std::vector<SweepPointRecord> points = expansion.take();
  require_something_to_run(points);
  return points;
}

std::string baseline_names() {
  std::vector<std::string> names;
  for (const core::Preset& preset : core::presets()) {
    if (preset.is_baseline) names.emplace_back(preset.name);
  }
  std::string text = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) {
    text += (i + 1 < names.size() ? ", " : " and ") + names[i];
  }
  return text;
}

}  // namespace actscope::sweep
