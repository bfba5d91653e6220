// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/graph_ledger.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "actscope/base/check.hpp"
#include "actscope/base/error.hpp"
#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"
#include "actscope/tracer/torch/allocations.hpp"
#include "actscope/tracer/torch/operator_observer.hpp"
#include "ledger_storages.hpp"

namespace actscope::tracer {
namespace {

using Bytes = Measured<std::int64_t>;

std::vector<at::Tensor> defined_of(const at::Tensor& loss, const std::vector<at::Tensor>& outputs) {
  std::vector<at::Tensor> all{loss};
  all.insert(all.end(), outputs.begin(), outputs.end());
  std::erase_if(all, [](const at::Tensor& tensor) { return !tensor.defined(); });
  return all;
}

// The part of a record that follows from the graph alone, and the tensors behind it.
struct GraphReading {
  LedgerRecord record;
  LedgerStorages found;
  std::vector<at::Tensor> other_outputs;  // whose storages the graph does not keep
};

// Adds what the program read itself, in the order of forward, and takes its nodes for known.
void add_told(FoundGraph& graph, const ToldGraph& told) {
  ACTSCOPE_REQUIRES(told.tensors.size() == told.holders.size());
  for (std::size_t i = 0; i < told.tensors.size(); ++i) {
    const at::Tensor& tensor = told.tensors[i];
    if (!tensor.defined()) continue;
    if (!tensor.has_storage()) {
      ++graph.skipped.opaque;
      continue;
    }
    const ToldHolder& holder = told.holders[i];
    graph.tensors.push_back({tensor, holder.node, holder.member, "", holder.sequence_number,
                             SavedState::held, /*is_told=*/true});
  }
  std::ranges::stable_sort(graph.tensors, {}, &FoundTensor::sequence_number);
  for (const std::string& node : told.nodes) {
    const auto unknown = std::ranges::find(graph.unknown_nodes, node, &LedgerNodeCount::node);
    if (unknown == graph.unknown_nodes.end() || unknown->count == 0) continue;
    --unknown->count;
    ++graph.known_nodes;
  }
  std::erase_if(graph.unknown_nodes, [](const LedgerNodeCount& node) { return node.count == 0; });
  graph.skipped.hooked = std::max<std::int64_t>(0, graph.skipped.hooked - told.hooked);
}

GraphReading read_graph(const std::vector<at::Tensor>& roots, const StorageSet& excluded,
                        const ToldGraph& told) {
  FoundGraph graph = walk_graph(roots);
  add_told(graph, told);
  GraphReading ledger;
  ledger.found = storages_of(std::move(graph.tensors), excluded);
  for (const at::Tensor& root : roots) {
    if (!root.has_storage() || excluded.contains(root) || ledger.found.mark_output(root)) continue;
    ledger.other_outputs.push_back(root);
  }
  ledger.record.nodes = graph.nodes;
  ledger.record.known_nodes = graph.known_nodes;
  ledger.record.unknown_nodes = std::move(graph.unknown_nodes);
  ledger.record.skipped = graph.skipped;
  ledger.record.skipped.excluded = ledger.found.excluded_references;
  return ledger;
}

void set_measured(LedgerRecord& record, const Bytes& value) {
  record.live_bytes = record.output_bytes = record.excluded_bytes = record.freed_bytes =
      record.residual_bytes = value;
}

std::vector<LedgerResidual> by_place(const std::vector<Allocation>& allocations) {
  std::map<std::tuple<NameNumber, NameNumber, Phase>, LedgerResidual> places;
  for (const Allocation& allocation : allocations) {
    const TracePlace& place = allocation.place;
    LedgerResidual& residual = places[{place.layer, place.slot, place.phase}];
    residual.layer = Name(place.layer).text();
    residual.slot = Name(place.slot).text();
    residual.phase = name_of(place.phase);
    ++residual.allocations;
    residual.bytes += allocation.bytes;
  }
  std::vector<LedgerResidual> list;
  for (auto& [place, residual] : places) list.push_back(std::move(residual));
  std::ranges::stable_sort(list, std::greater(), &LedgerResidual::bytes);
  return list;
}

// What the counting allocator handed out since a serial, explained piece by piece.
class CpuAccount {
 public:
  explicit CpuAccount(std::int64_t serial) : serial_(serial) {
    for (const Allocation& allocation : allocations_after(serial)) {
      pending_.emplace(allocation.address, allocation);
      all_bytes_ += allocation.bytes;
    }
  }
  std::int64_t all_bytes() const { return all_bytes_; }

  // The bytes of the allocation that this storage is, where it is younger than the serial and not
  // yet explained.
  std::int64_t explain(const c10::Storage& storage) {
    const auto found = pending_.find(storage.data());
    if (found == pending_.end()) return 0;
    const std::int64_t bytes = found->second.bytes;
    pending_.erase(found);
    return bytes;
  }
  void explain(const c10::Storage& storage, LedgerStorage& entry) {
    entry.allocator_bytes = explain(storage);
    if (entry.allocator_bytes > 0 || storage.data() == nullptr) return;
    const std::optional<Allocation> older = find_allocation(storage.data());
    if (older) entry.allocator_bytes = older->bytes;
    entry.is_older = older && older->serial <= serial_;
  }
  std::vector<Allocation> unexplained() const {
    std::vector<Allocation> rest;
    for (const auto& [address, allocation] : pending_) rest.push_back(allocation);
    std::ranges::sort(rest, {}, &Allocation::serial);
    return rest;
  }

 private:
  std::int64_t serial_;
  std::int64_t all_bytes_ = 0;
  std::map<const void*, Allocation> pending_;
};

// Returns the allocations that nothing explains.
std::vector<Allocation> settle_cpu(GraphReading& ledger, std::int64_t live, std::int64_t serial,
                                   const StorageSet& excluded) {
  CpuAccount account(serial);
  LedgerRecord& record = ledger.record;
  std::int64_t outputs = 0, excluded_bytes = 0, kept = 0;
  for (std::size_t i = 0; i < ledger.found.storages.size(); ++i) {
    account.explain(ledger.found.tensors[i].front().storage(), ledger.found.storages[i]);
    kept += ledger.found.storages[i].kept_bytes();
  }
  for (const at::Tensor& output : ledger.other_outputs)
    outputs += account.explain(output.storage());
  for (const c10::Storage& storage : excluded.storages())
    excluded_bytes += account.explain(storage);
  record.live_bytes = Bytes::of(live);
  record.output_bytes = Bytes::of(outputs);
  record.excluded_bytes = Bytes::of(excluded_bytes);
  record.freed_bytes = Bytes::of(account.all_bytes() - live);
  record.residual_bytes = Bytes::of(account.all_bytes() - outputs - excluded_bytes - kept);
  std::vector<Allocation> unexplained = account.unexplained();
  record.residuals = by_place(unexplained);
  return unexplained;
}

// The caching allocator has no list of allocations that is cheap to read. So sizes are rounded as
// it rounds them (CUDACachingAllocator.cpp, kMinBlockSize), and all counts as made by this step.
void settle_cuda(GraphReading& ledger, std::int64_t live) {
  const auto rounded = [](std::int64_t bytes) { return (bytes + 511) / 512 * 512; };
  LedgerRecord& record = ledger.record;
  std::int64_t outputs = 0, kept = 0;
  for (LedgerStorage& storage : ledger.found.storages) {
    storage.allocator_bytes = rounded(storage.storage_bytes);
    kept += storage.allocator_bytes;
  }
  std::unordered_set<const void*> seen;
  for (const at::Tensor& output : ledger.other_outputs) {
    if (!seen.insert(output.storage().unsafeGetStorageImpl()).second) continue;
    outputs += rounded(static_cast<std::int64_t>(output.storage().nbytes()));
  }
  record.live_bytes = Bytes::of(live);
  record.output_bytes = Bytes::of(outputs);
  record.excluded_bytes = record.freed_bytes = Bytes::missing("not told by the CUDA allocator");
  record.residual_bytes = Bytes::of(live - outputs - kept);
}

}  // namespace

struct GraphLedger::State {
  MemoryDevice device;
  StorageSet excluded;
  bool is_begun = false;
  std::int64_t live_before = 0;
  std::int64_t serial_before = 0;
  std::vector<const void*> kept_memory;
  std::vector<Allocation> unexplained;
  // Made where nobody records yet, so that scopes and nodes know their places.
  std::unique_ptr<TraceRecorder> recorder;
  std::unique_ptr<OperatorObserver> observer;
};

GraphLedger::GraphLedger(MemoryDevice device) : state_(std::make_unique<State>()) {
  state_->device = device;
  (void)memory_counters(device);  // raises now what begin() would raise
}

GraphLedger::~GraphLedger() = default;

void GraphLedger::exclude(const std::vector<at::Tensor>& tensors) {
  for (const at::Tensor& tensor : tensors) state_->excluded.insert(tensor);
}

void GraphLedger::begin() {
  state_->excluded.purge();
  if (!is_recording()) {
    try {
      state_->recorder = std::make_unique<TraceRecorder>(RecorderOptions{});
      state_->observer = std::make_unique<OperatorObserver>();
      state_->recorder->begin_step(0);
    } catch (const TraceError&) {  // another recorder rests between its steps: no layers this time
    }
  }
  state_->live_before = memory_counters(state_->device).live_bytes;
  state_->serial_before = last_allocation();
  state_->is_begun = true;
}

LedgerRecord GraphLedger::count(const at::Tensor& loss, const std::vector<at::Tensor>& outputs,
                                const ToldGraph& told) {
  if (!state_->is_begun) {
    throw TraceError(error_text("a ledger cannot be counted", "begin was not called",
                                "call begin before the forward pass"));
  }
  const std::int64_t live = memory_counters(state_->device).live_bytes - state_->live_before;
  GraphReading ledger = read_graph(defined_of(loss, outputs), state_->excluded, told);
  state_->unexplained.clear();
  if (state_->device == MemoryDevice::cpu) {
    state_->unexplained = settle_cpu(ledger, live, state_->serial_before, state_->excluded);
  } else {
    settle_cuda(ledger, live);
  }
  ledger.record.storages = std::move(ledger.found.storages);
  state_->kept_memory.clear();
  for (const auto& tensors : ledger.found.tensors) {
    state_->kept_memory.push_back(tensors.front().storage().data());
  }
  state_->is_begun = false;
  state_->observer.reset();
  state_->recorder.reset();
  return ledger.record;
}

LedgerRecord GraphLedger::count(const at::Tensor& loss, const std::vector<at::Tensor>& outputs) {
  return count(loss, outputs, ToldGraph{});
}

const std::vector<Allocation>& GraphLedger::unexplained() const noexcept {
  return state_->unexplained;
}

const std::vector<const void*>& GraphLedger::kept_memory() const noexcept {
  return state_->kept_memory;
}

LedgerRecord ledger_of_graph(const at::Tensor& loss, const std::vector<at::Tensor>& outputs,
                             const std::vector<at::Tensor>& excluded) {
  return ledger_of_graph(loss, outputs, excluded, ToldGraph{});
}

LedgerRecord ledger_of_graph(const at::Tensor& loss, const std::vector<at::Tensor>& outputs,
                             const std::vector<at::Tensor>& excluded, const ToldGraph& told) {
  StorageSet set;
  for (const at::Tensor& tensor : excluded) set.insert(tensor);
  GraphReading ledger = read_graph(defined_of(loss, outputs), set, told);
  set_measured(ledger.record, Bytes::missing("read from the graph alone"));
  ledger.record.storages = std::move(ledger.found.storages);
  return ledger.record;
}

}  // namespace actscope::tracer
