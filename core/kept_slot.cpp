// SPDX-License-Identifier: Apache-2.0
#include "kept_slot.hpp"

#include <torch/csrc/autograd/graph_task.h>

#include "actscope/base/error.hpp"

namespace actscope::core {

void KeptSlot::release() {
  if (torch::autograd::get_current_graph_task_keep_graph()) return;
  store.release();
  if (choice) choice->release();
}

void refuse_second_derivative(std::string_view function, std::string_view remedy) {
  if (!at::GradMode::is_enabled()) return;
  throw Error(error_text("a second derivative of " + std::string(function) + " was asked for",
                         "its gradients carry no graph of their own", remedy));
}

}  // namespace actscope::core
