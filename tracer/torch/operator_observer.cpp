// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/operator_observer.hpp"

#include <ATen/record_function.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "actscope/tracer/scope.hpp"

namespace actscope::tracer {
namespace {

// Where the autograd nodes of the current step were made.
class NodePlaces {
 public:
  void set(std::int64_t sequence_number, const TracePlace& place) {
    const std::scoped_lock lock(mutex_);
    places_[sequence_number] = place;
  }
  std::optional<TracePlace> find(std::int64_t sequence_number) {
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(sequence_number);
    if (found == places_.end()) return std::nullopt;
    return found->second;
  }
  void clear() {
    const std::scoped_lock lock(mutex_);
    places_.clear();
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::int64_t, TracePlace> places_;
};

NodePlaces& node_places() {
  static auto* places = new NodePlaces;
  return *places;
}

struct OpenFunction : at::ObserverContext {
  detail::OpenScope scope;
  std::optional<TracePlace> outside;     // an engine's frame: where the thread was before
  std::optional<TracePlace> node_place;  // a node: where it belongs
};

// Frames of the engine that this thread is in.
int& frame_depth() {
  thread_local int depth = 0;
  return depth;
}

// The engine's own frame around each node: not an operator. What it does after the node (sums to
// the shape of a parameter, additions of gradients) belongs to the node's layer.
bool is_engine_frame(std::string_view name) {
  return name.starts_with("autograd::engine::");
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  if (!is_recording()) return nullptr;
  if (function.scope() == at::RecordScope::BACKWARD_FUNCTION) {
    const std::optional<TracePlace> place = node_places().find(function.seqNr());
    if (!place) return nullptr;
    auto open = std::make_unique<OpenFunction>();
    detail::open_place(open->scope, ScopeKind::layer, place->layer,
                       {-1, place->layer, place->slot, Phase::backward});
    open->node_place = TracePlace{-1, place->layer, place->slot, Phase::backward};
    return open;
  }
  if (is_engine_frame(function.name())) {
    auto frame = std::make_unique<OpenFunction>();
    frame->outside = current_place();
    ++frame_depth();
    return frame;
  }
  const TracePlace here = current_place();
  if (here.phase == Phase::forward && here.layer != 0 && function.seqNr() >= 0) {
    node_places().set(function.seqNr(), here);
  }
  auto open = std::make_unique<OpenFunction>();
  detail::open_operator(open->scope, Name(function.name()).number(), 0);
  return open;
}

void end(const at::RecordFunction& /*function*/, at::ObserverContext* context) {
  if (context == nullptr) return;
  const auto* open = static_cast<OpenFunction*>(context);
  if (open->scope.is_open) detail::close(open->scope);
  if (open->node_place && frame_depth() > 0) detail::exchange_place(*open->node_place);
  if (open->outside) {
    --frame_depth();
    detail::exchange_place(*open->outside);
  }
}

}  // namespace

OperatorObserver::OperatorObserver()
    : handle_(at::addGlobalCallback(
          at::RecordFunctionCallback(&begin, &end)
              .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}))) {}

OperatorObserver::~OperatorObserver() {
  at::removeCallback(handle_);
  forget_nodes();
}

void OperatorObserver::forget_nodes() {
  node_places().clear();
}

}  // namespace actscope::tracer
