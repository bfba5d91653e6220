// SPDX-License-Identifier: Apache-2.0
#include "training/step_ledger.hpp"

#include <exception>

namespace actscope::core {

template <class Part>
void StepLedger::guarded(const Part& part) noexcept {
  try {
    part();
  } catch (const std::exception& error) {
    give_up(error.what());
  } catch (...) {
    give_up("unknown error");
  }
}

void StepLedger::give_up(const char* why) noexcept {
  has_failed_ = true;
  ledger_.reset();
  record_.reset();
  marks_.clear();
  tracer_.note_failure(why);
}

void StepLedger::mark(const torch::Tensor& tensor, MemoryCategory category) {
  if (tensor.defined()) tracer_.mark_memory(tensor.storage().data(), category);
}

void StepLedger::mark_optimizer_state() {
  for (const auto& [parameter, state] : optimizer_.state()) {
    const auto& moments = static_cast<const torch::optim::AdamWParamState&>(*state);
    for (const torch::Tensor& tensor :
         {moments.exp_avg(), moments.exp_avg_sq(), moments.max_exp_avg_sq()}) {
      mark(tensor, MemoryCategory::optimizer_state);
    }
  }
}

void StepLedger::begin(const Batch& batch) {
  guarded([&] {
    ledger_.emplace(device_);
    ledger_->exclude(model_.parameters());
    ledger_->exclude(model_.narrow_copies());
    ledger_->exclude({batch.images, batch.labels});
    for (const torch::Tensor& parameter : model_.parameters()) {
      mark(parameter, MemoryCategory::parameter);
    }
    for (const torch::Tensor& copy : model_.narrow_copies()) {
      mark(copy, MemoryCategory::parameter);
    }
    mark_optimizer_state();
    ledger_->begin();
  });
}

void StepLedger::count(std::int64_t step, const torch::Tensor& loss, const torch::Tensor& logits) {
  if (!ledger_) return;
  guarded([&] {
    record_ = ledger_->count(loss, {logits});
    record_->step = step;
    tracer_.add_graph(*record_);
    for (const void* address : ledger_->kept_memory()) {
      marks_.push_back(tracer_.mark_memory(address, MemoryCategory::saved_activation));
    }
    mark(loss, MemoryCategory::output);
    mark(logits, MemoryCategory::output);
  });
}

void StepLedger::mark_gradients() {
  if (!ledger_) return;
  guarded([&] {
    for (const torch::Tensor& parameter : model_.parameters()) {
      mark(parameter.grad(), MemoryCategory::gradient);
    }
    ledger_.reset();
  });
}

std::optional<LedgerRecord> StepLedger::record() const {
  std::optional<LedgerRecord> record = record_;
  const std::vector<bool>& at_peak = tracer_.marks_at_peak();
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    if (marks_[i] && *marks_[i] < at_peak.size()) {
      record->storages[i].is_at_peak = at_peak[*marks_[i]];
    }
  }
  return record;
}

}  // namespace actscope::core
