// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <string_view>

#include "actscope/tracer/store_ledger.hpp"

namespace actscope::core {

/// Registers the storage of a tensor, where there is one, with a ledger, where there is one.
inline void record_storage(tracer::StoreLedger* ledger, std::string_view layer,
                           std::string_view slot, const torch::Tensor& tensor) {
  if (ledger == nullptr || !tensor.defined()) return;
  const c10::Storage& storage = tensor.storage();
  ledger->record(layer, slot, storage.unsafeGetStorageImpl(),
                 static_cast<std::int64_t>(storage.nbytes()));
}

}  // namespace actscope::core
