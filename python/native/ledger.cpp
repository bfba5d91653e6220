// SPDX-License-Identifier: Apache-2.0
// torch.classes.actscope.Ledger: the graph ledger for Python. Records go over as JSON, the `ledger`
// of a run document.
#include <torch/custom_class.h>
#include <torch/library.h>

#include <tuple>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/reports/memory/ledger_rendering.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"
#include "told_graph.hpp"

namespace actscope::python {
namespace {

using tracer::GraphLedger;
using tracer::MemoryDevice;

MemoryDevice device_of(const std::string& name) {
  if (name == "cpu") return MemoryDevice::cpu;
  if (name == "cuda") return MemoryDevice::cuda;
  throw DeviceError(error_text("memory cannot be counted on this device", name, "use cpu or cuda"));
}

class Ledger final : public torch::CustomClassHolder {
 public:
  explicit Ledger(const std::string& device) : ledger_(device_of(device)) {}

  void exclude(const Tensors& tensors) { ledger_.exclude(tensors); }
  void begin() { ledger_.begin(); }

  std::string count(const Tensors& outputs, Tensors tensors, const Texts& nodes,
                    const Texts& members, const Numbers& numbers, Texts read_nodes,
                    std::int64_t hooked) {
    record_ = ledger_.count(
        {}, outputs,
        told_graph(std::move(tensors), nodes, members, numbers, std::move(read_nodes), hooked));
    return reports::write_ledger_json(record_);
  }

  // The ledger of a graph whose tensors have no memory: each storage as large as an allocator would
  // make it.
  std::string predict(const Tensors& outputs, const Tensors& excluded, Tensors tensors,
                      const Texts& nodes, const Texts& members, const Numbers& numbers,
                      Texts read_nodes, std::int64_t hooked) {
    record_ = tracer::ledger_of_graph(
        {}, outputs, excluded,
        told_graph(std::move(tensors), nodes, members, numbers, std::move(read_nodes), hooked));
    for (LedgerStorage& storage : record_.storages) {
      storage.allocator_bytes = storage.storage_bytes;
    }
    return reports::write_ledger_json(record_);
  }

  // Serials and bytes, in pairs.
  Numbers unexplained() const {
    Numbers pairs;
    for (const tracer::Allocation& allocation : ledger_.unexplained()) {
      pairs.push_back(allocation.serial);
      pairs.push_back(allocation.bytes);
    }
    return pairs;
  }

  std::string text() const { return reports::render_ledger_text(record_); }

 private:
  GraphLedger ledger_;
  LedgerRecord record_;
};

TORCH_LIBRARY_FRAGMENT(actscope, library) {
  library.class_<Ledger>("Ledger")
      .def(torch::init<const std::string&>())
      .def("exclude", &Ledger::exclude)
      .def("begin", &Ledger::begin)
      .def("count", &Ledger::count)
      .def("predict", &Ledger::predict)
      .def("unexplained", &Ledger::unexplained)
      .def("text", &Ledger::text);
  library.def("count_allocations() -> ()", [] { tracer::install_counting_cpu_allocator(); });
  library.def("last_allocation() -> int", [] { return tracer::last_allocation(); });
  // What is live on a device, and the most since reset_peak.
  library.def("live_and_peak_bytes(str device) -> (int, int)", [](const std::string& device) {
    const tracer::MemoryCounters counters = tracer::memory_counters(device_of(device));
    return std::make_tuple(counters.live_bytes, counters.peak_bytes);
  });
  library.def("reset_peak(str device) -> ()",
              [](const std::string& device) { tracer::reset_peak(device_of(device)); });
}

}  // namespace
}  // namespace actscope::python
