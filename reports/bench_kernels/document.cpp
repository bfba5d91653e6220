// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/bench_kernels/document.hpp"

#include "bench_kernels/result_json.hpp"
#include "environment/json.hpp"
#include "format/json_cursor.hpp"
#include "format/run_status_json.hpp"

namespace actscope::reports {
namespace {

Json settings_json(const KernelsSettings& s) {
  Json blocks = Json::array(), threads = Json::array();
  for (const KernelBlock& block : s.blocks) {
    blocks.push_back(
        {{"block_rows", integer_json(block.rows)}, {"block_cols", integer_json(block.cols)}});
  }
  for (const std::int64_t count : s.threads) threads.push_back(integer_json(count));
  // Beside each list its first value, for readers of 1.0.
  return {{"backend", s.backends.empty() ? "" : s.backends.front()},
          {"backends", s.backends},
          {"dtype", s.dtypes.empty() ? "" : s.dtypes.front()},
          {"dtypes", s.dtypes},
          {"threads", threads.empty() ? Json(0) : threads.front()},
          {"thread_counts", threads},
          {"select", s.select},
          {"shapes", s.shapes},
          {"blocks", std::move(blocks)},
          {"sparsities", s.sparsities},
          {"tokens", integer_json(s.tokens)},
          {"rounds", integer_json(s.rounds)},
          {"seed", integer_json(s.seed)},
          {"train_steps", integer_json(s.train_steps)}};
}

// `one` has been there since 1.0.
std::vector<std::string> texts_or(const JsonCursor& from, const char* list, const char* one) {
  const std::string first = from.at(one).text();
  return from.has(list) ? from.at(list).texts() : std::vector{first};
}

KernelsSettings read_settings(const JsonCursor& from) {
  KernelsSettings s;
  s.backends = texts_or(from, "backends", "backend");
  s.dtypes = texts_or(from, "dtypes", "dtype");
  s.threads = {from.at("threads").count()};
  if (from.has("thread_counts")) {
    s.threads.clear();
    for (const JsonCursor& count : from.at("thread_counts").items()) {
      s.threads.push_back(count.count());
    }
  }
  if (s.backends.empty()) from.at("backends").refuse("a list with a value");
  if (s.dtypes.empty()) from.at("dtypes").refuse("a list with a value");
  if (s.threads.empty()) from.at("thread_counts").refuse("a list with a value");
  if (from.has("select")) s.select = from.at("select").text();
  s.shapes = from.at("shapes").texts();
  s.blocks.clear();
  for (const JsonCursor& block : from.at("blocks").items()) {
    s.blocks.push_back({block.at("block_rows").count(), block.at("block_cols").count()});
  }
  s.sparsities.clear();
  for (const JsonCursor& share : from.at("sparsities").items()) {
    s.sparsities.push_back(share.share());
  }
  s.tokens = from.at("tokens").count();
  s.rounds = from.at("rounds").count();
  s.seed = from.at("seed").count();
  s.train_steps = from.at("train_steps").count();
  return s;
}

Json machine_json(const KernelsMachine& machine) {
  Json object = {{"backend", machine.backend},
                 {"dtype", machine.dtype},
                 {"threads", integer_json(machine.threads)},
                 {"device", machine.device},
                 {"origin", machine.origin}};
  set_measured(object, "peak_flops", machine.peak_flops);
  set_measured(object, "bandwidth_bytes_per_s", machine.bandwidth_bytes_per_s);
  return object;
}

KernelsMachine read_machine(const JsonCursor& from) {
  return {from.at("backend").text(),
          from.at("dtype").text(),
          from.at("threads").count(),
          from.at("device").text(),
          from.at("origin").text(),
          measured_amount(from, "peak_flops"),
          measured_amount(from, "bandwidth_bytes_per_s")};
}

// The first machine under the names of 1.0.
Json first_machine_json(const KernelsBenchRecord& record) {
  const bool is_any = !record.machines.empty();
  const auto figure = [&](const Measured<double> KernelsMachine::*field) {
    return is_any ? (record.machines.front().*field).value.value_or(0) : 0.0;
  };
  return {{"fma_peak_flops", figure(&KernelsMachine::peak_flops)},
          {"stream_bytes_per_s", figure(&KernelsMachine::bandwidth_bytes_per_s)}};
}

// 1.0 had one machine, the host with the threads of the settings.
std::vector<KernelsMachine> read_machines(const JsonCursor& root,
                                          const KernelsBenchRecord& record) {
  const JsonCursor figures = root.at("machine");
  const double peak_flops = figures.at("fma_peak_flops").amount();
  const double bandwidth_bytes_per_s = figures.at("stream_bytes_per_s").amount();
  if (root.has("machines")) {
    std::vector<KernelsMachine> machines;
    for (const JsonCursor& machine : root.at("machines").items()) {
      machines.push_back(read_machine(machine));
    }
    return machines;
  }
  KernelsMachine machine;
  machine.threads = record.settings.threads.front();
  machine.device = record.environment.cpu;
  machine.peak_flops = Measured<double>::of(peak_flops);
  machine.bandwidth_bytes_per_s = Measured<double>::of(bandwidth_bytes_per_s);
  return {machine};
}

}  // namespace

std::string write_kernels_document(const KernelsBenchRecord& record) {
  Json results = Json::array(), machines = Json::array();
  for (const KernelResult& row : record.results) results.push_back(kernel_result_json(row));
  for (const KernelsMachine& machine : record.machines) machines.push_back(machine_json(machine));
  return format_json({{"schema", schema_of("actscope.kernels", "1.1.0")},
                      {"status", name_of(record.status)},
                      {"status_reason", record.status_reason},
                      {"environment", environment_json(record.environment, VolatileFields::keep)},
                      {"settings", settings_json(record.settings)},
                      {"machine", first_machine_json(record)},
                      {"machines", std::move(machines)},
                      {"input", record.input},
                      {"results", std::move(results)}});
}

KernelsBenchRecord read_kernels_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.kernels");
  KernelsBenchRecord record;
  record.status = read_run_status(root.at("status"));
  record.status_reason = root.at("status_reason").text();
  record.environment = read_environment(root.at("environment"));
  record.settings = read_settings(root.at("settings"));
  record.machines = read_machines(root, record);
  record.input = root.at("input").text();
  for (const JsonCursor& row : root.at("results").items()) {
    record.results.push_back(read_kernel_result(row));
  }
  return record;
}

}  // namespace actscope::reports
