// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/sparsity_schedule.hpp"

#include "actscope/base/error.hpp"
#include "scheme/block_grammar.hpp"

namespace actscope::core {
namespace {

void reduce(StoreSpec& store, double share) {
  if (!traits_of(store.kind).has_sparsity) return;
  if (share == 0) {
    store = {StoreKind::keep};
    return;
  }
  store.blocks.sparsity_ratio *= share;
  store.sparsity_ratio *= share;
}

void reduce(Operand& operand, double share) {
  if (operand.kind == OperandKind::full) return;
  if (share == 0) {
    operand = {};
  } else {
    operand.blocks.sparsity_ratio *= share;
  }
}

}  // namespace

double SparsitySchedule::share_at(std::int64_t step) const {
  if (kind == Kind::constant || step >= to) return 1;
  if (kind == Kind::warmup || step <= from) return 0;
  const double rest = static_cast<double>(to - step) / static_cast<double>(to - from);
  return 1 - rest * rest * rest;
}

SparsitySchedule parse_schedule(std::string_view text) {
  const std::vector<std::string> parts = split_text(text, ':');
  SparsitySchedule schedule;
  if (parts[0] == "constant" && parts.size() == 1) return schedule;
  if (parts[0] == "warmup" && parts.size() == 2 && read_number(parts[1], schedule.to) &&
      schedule.to >= 0) {
    schedule.kind = SparsitySchedule::Kind::warmup;
    return schedule;
  }
  if (parts[0] == "cubic" && parts.size() == 3 && read_number(parts[1], schedule.from) &&
      read_number(parts[2], schedule.to) && schedule.from >= 0 && schedule.to > schedule.from) {
    schedule.kind = SparsitySchedule::Kind::cubic;
    return schedule;
  }
  throw ConfigError(error_text("not a schedule of sparsity: '" + std::string(text) + "'", {},
                               "write constant, warmup:STEPS as warmup:100, or cubic:FROM:TO as "
                               "cubic:0:1000, steps from 0 and TO behind FROM"));
}

Scheme scheme_at(const Scheme& scheme, double share) {
  Scheme reduced = scheme;
  if (share == 1) return reduced;
  for (BlockPlan& plan : reduced.blocks) {
    for (StoreSpec& store : plan.stores) reduce(store, share);
    for (Operand& operand : plan.operands) reduce(operand, share);
  }
  return reduced;
}

}  // namespace actscope::core
