// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/operator_observer.hpp"

#include <ATen/SequenceNumber.h>
#include <ATen/record_function.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"
#include "layer_names.hpp"

namespace actscope::tracer {
namespace {

// Where the autograd nodes of the current step were made, by their numbers. LibTorch numbers the
// nodes of each thread one by one.
class NodePlaces {
 public:
  // Gives a place to those of the nodes [begin, end) that have none yet.
  void set(std::int64_t begin, std::int64_t end, const TracePlace& place) {
    const std::scoped_lock lock(mutex_);
    for (std::int64_t number = begin; number < end; ++number) places_.try_emplace(number, place);
  }
  std::optional<TracePlace> find(std::int64_t number) {
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(number);
    if (found == places_.end()) return std::nullopt;
    return found->second;
  }
  void clear() {
    const std::scoped_lock lock(mutex_);
    places_.clear();
    ++generation_;
  }
  std::int64_t generation() const noexcept { return generation_; }

 private:
  std::mutex mutex_;
  std::unordered_map<std::int64_t, TracePlace> places_;
  std::atomic<std::int64_t> generation_{0};
};

NodePlaces& node_places() {
  static auto* places = new NodePlaces;
  return *places;
}

// The number that the next node of this thread gets.
std::int64_t next_node() {
  return static_cast<std::int64_t>(at::sequence_number::peek());
}

// Nodes below this number have a place already, in a step of this generation.
struct NotedUpTo {
  std::int64_t number = 0;
  std::int64_t generation = -1;
};

NotedUpTo& noted_up_to() {
  thread_local NotedUpTo noted;
  return noted;
}

// Gives `place` to the nodes that this thread has made since the last call. Called after an
// operator, those are the operator's own nodes; called before one, they are the node of the custom
// function in which it runs.
void note_nodes(const TracePlace& place) {
  NotedUpTo& noted = noted_up_to();
  const std::int64_t next = next_node();
  const std::int64_t generation = node_places().generation();
  if (noted.generation == generation && place.phase != Phase::backward) {
    node_places().set(noted.number, next, place);
  }
  noted = {next, generation};
}

// Whether operators are recorded with what they take.
std::atomic<bool>& has_inputs() {
  static std::atomic<bool> has{false};
  return has;
}

// Moves an operator of forward that is in no layer to the one whose parameter it takes.
TracePlace named_place(const at::RecordFunction& function, const TracePlace& place) {
  if (place.layer != 0 || place.phase == Phase::backward || !has_inputs()) return place;
  TracePlace named = place;
  named.layer = layer_of_inputs(function, place.step);
  return named;
}

struct OpenFunction : at::ObserverContext {
  detail::OpenScope scope;
  bool is_operator = false;
  TracePlace place;                      // an operator: where it runs
  std::optional<TracePlace> outside;     // an engine's frame: where the thread was before
  std::optional<TracePlace> unnamed;     // an operator given a layer: where the thread was before
  std::optional<TracePlace> node_place;  // a node: where it belongs
};

// Frames of the engine that this thread is in.
int& frame_depth() {
  thread_local int depth = 0;
  return depth;
}

// Whether this thread is in an operator that is recorded. The operators that it calls are not
// recorded; the nodes that they make count as its own.
bool& is_in_operator() {
  thread_local bool is_in = false;
  return is_in;
}

// The engine's own frame around each node: not an operator. What it does after the node (sums to
// the shape of a parameter, additions of gradients) belongs to the node's layer.
bool is_engine_frame(std::string_view name) {
  return name.starts_with("autograd::engine::");
}

std::unique_ptr<at::ObserverContext> open(const at::RecordFunction& function) {
  if (function.scope() == at::RecordScope::BACKWARD_FUNCTION) {
    const std::optional<TracePlace> place = node_places().find(function.seqNr());
    if (!place || place->layer == 0) return nullptr;
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
  if (is_in_operator()) return nullptr;
  auto open = std::make_unique<OpenFunction>();
  const TracePlace here = current_place();
  open->place = frame_depth() > 0 ? here : named_place(function, here);
  if (open->place.layer != here.layer) {
    open->unnamed = here;
    detail::exchange_place(open->place);
  }
  note_nodes(open->place);
  detail::open_operator(open->scope, Name(function.name()).number(), 0);
  open->is_operator = is_in_operator() = true;
  return open;
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  if (!is_recording()) return nullptr;
  try {
    return open(function);
  } catch (const std::bad_alloc&) {
    count_lost_record();
    return nullptr;
  }
}

void close(at::ObserverContext* context) {
  const auto* open = static_cast<OpenFunction*>(context);
  if (open->scope.is_open) detail::close(open->scope);
  if (open->unnamed) detail::exchange_place(*open->unnamed);
  if (open->is_operator) is_in_operator() = false;
  if (!open->node_place && !open->outside) note_nodes(open->place);
  if (open->node_place && frame_depth() > 0) detail::exchange_place(*open->node_place);
  if (open->outside) {
    --frame_depth();
    detail::exchange_place(*open->outside);
  }
}

void end(const at::RecordFunction& /*function*/, at::ObserverContext* context) {
  if (context == nullptr) return;
  try {
    close(context);
  } catch (const std::bad_alloc&) {
    count_lost_record();
  }
}

}  // namespace

OperatorObserver::OperatorObserver()
    : handle_(at::addGlobalCallback(
          at::RecordFunctionCallback(&begin, &end)
              .needsInputs(has_inputs() = are_layers_named())  // costs a copy of every input
              .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}))) {
  // So that a custom function may be the first thing that this thread does.
  noted_up_to() = {next_node(), node_places().generation()};
}

OperatorObserver::~OperatorObserver() {
  at::removeCallback(handle_);
  forget_nodes();
}

std::optional<TracePlace> OperatorObserver::place_of_node(std::uint64_t sequence_number) {
  return node_places().find(static_cast<std::int64_t>(sequence_number));
}

void OperatorObserver::forget_nodes() {
  node_places().clear();
}

}  // namespace actscope::tracer
