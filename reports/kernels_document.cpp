// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/kernels_document.hpp"

#include "environment_json.hpp"
#include "json_cursor.hpp"

namespace actscope::reports {
namespace {

constexpr RivalStatus statuses[] = {RivalStatus::ok, RivalStatus::refused, RivalStatus::missing};
constexpr RivalKind kinds[] = {RivalKind::dense, RivalKind::masked, RivalKind::sparse};

template <class Value, std::size_t count>
Value read_name(const JsonCursor& from, const Value (&values)[count], const char* expected) {
  const std::string name = from.text();
  for (const Value value : values) {
    if (name == name_of(value)) return value;
  }
  from.refuse(expected);
}

const char* status_name(RunStatus status) {
  switch (status) {
    case RunStatus::completed:
      return "completed";
    case RunStatus::interrupted:
      return "interrupted";
    case RunStatus::failed:
      return "failed";
  }
  return "failed";
}

RunStatus read_run_status(const JsonCursor& from) {
  const std::string name = from.text();
  for (const RunStatus status : {RunStatus::completed, RunStatus::interrupted, RunStatus::failed}) {
    if (name == status_name(status)) return status;
  }
  from.refuse("completed, interrupted or failed");
}

// "ratio", "ratio_low", "ratio_high" with a name of their own in front.
void set_ratio(Json& object, const std::string& name, const std::string& bound,
               const PairedRatio& ratio) {
  set_measured(object, name, ratio.ratio);
  set_measured(object, bound + "_low", ratio.low);
  set_measured(object, bound + "_high", ratio.high);
}

PairedRatio read_ratio(const JsonCursor& from, const std::string& name, const std::string& bound) {
  return {measured_amount(from, name), measured_amount(from, bound + "_low"),
          measured_amount(from, bound + "_high")};
}

Json rival_json(const KernelRival& rival) {
  Json object = {{"name", rival.name},       {"kind", name_of(rival.kind)},
                 {"library", rival.library}, {"version", rival.version},
                 {"path", rival.path},       {"status", name_of(rival.status)},
                 {"message", rival.message}, {"samples", integer_json(rival.samples)}};
  set_measured(object, "time_s", rival.time_s);
  set_ratio(object, "ratio", "ratio", rival.to_dense);
  return object;
}

KernelRival read_rival(const JsonCursor& from) {
  KernelRival rival;
  rival.name = from.at("name").text();
  rival.kind = read_name(from.at("kind"), kinds, "dense, masked or sparse");
  rival.library = from.at("library").text();
  rival.version = from.at("version").text();
  rival.path = from.at("path").text();
  rival.status = read_name(from.at("status"), statuses, "ok, refused or missing");
  rival.message = from.at("message").text();
  rival.samples = from.at("samples").count();
  rival.time_s = measured_amount(from, "time_s");
  rival.to_dense = read_ratio(from, "ratio", "ratio");
  return rival;
}

Json result_json(const KernelResult& row, const KernelsSettings& settings) {
  Json object = {{"operator", row.operation},
                 {"shape", row.shape},
                 {"backend", settings.backend},
                 {"dtype", settings.dtype},
                 {"threads", integer_json(settings.threads)},
                 {"block_rows", integer_json(row.block_rows)},
                 {"block_cols", integer_json(row.block_cols)},
                 {"sparsity_ratio", row.sparsity_ratio},
                 {"tokens", integer_json(row.tokens)},
                 {"features", integer_json(row.features)},
                 {"outputs", integer_json(row.outputs)},
                 {"samples", integer_json(row.samples)},
                 {"kept_flops", integer_json(row.kept_flops)},
                 {"time_s", row.time_s},
                 {"dense_name", row.dense_name},
                 {"gb_per_s", row.gb_per_s},
                 {"rivals", Json::array()}};
  set_measured(object, "dense_time_s", row.dense_time_s);
  set_ratio(object, "ratio_to_dense", "ratio", row.to_dense);
  set_ratio(object, "ratio_to_libtorch", "ratio_to_libtorch", row.to_libtorch);
  set_measured(object, "gflop_per_s", row.gflop_per_s);
  set_measured(object, "peak_ratio", row.peak_ratio);
  set_measured(object, "kept_norm_ratio", row.kept_norm_ratio);
  for (const KernelRival& rival : row.rivals) object["rivals"].push_back(rival_json(rival));
  return object;
}

KernelResult read_result(const JsonCursor& from) {
  KernelResult row;
  (void)from.at("backend").text();
  (void)from.at("dtype").text();
  (void)from.at("threads").count();
  row.operation = from.at("operator").text();
  row.shape = from.at("shape").text();
  row.block_rows = from.at("block_rows").count();
  row.block_cols = from.at("block_cols").count();
  row.sparsity_ratio = from.at("sparsity_ratio").share();
  row.tokens = from.at("tokens").count();
  row.features = from.at("features").count();
  row.outputs = from.at("outputs").count();
  row.samples = from.at("samples").count();
  row.kept_flops = from.at("kept_flops").count();
  row.time_s = from.at("time_s").amount();
  row.dense_name = from.at("dense_name").text();
  row.gb_per_s = from.at("gb_per_s").amount();
  row.dense_time_s = measured_amount(from, "dense_time_s");
  row.to_dense = read_ratio(from, "ratio_to_dense", "ratio");
  row.to_libtorch = read_ratio(from, "ratio_to_libtorch", "ratio_to_libtorch");
  row.gflop_per_s = measured_amount(from, "gflop_per_s");
  row.peak_ratio = measured_amount(from, "peak_ratio");
  row.kept_norm_ratio = measured_amount(from, "kept_norm_ratio");
  for (const JsonCursor& rival : from.at("rivals").items()) row.rivals.push_back(read_rival(rival));
  return row;
}

Json settings_json(const KernelsSettings& s) {
  Json blocks = Json::array();
  for (const KernelBlock& block : s.blocks) {
    blocks.push_back(
        {{"block_rows", integer_json(block.rows)}, {"block_cols", integer_json(block.cols)}});
  }
  return {{"backend", s.backend},
          {"dtype", s.dtype},
          {"shapes", s.shapes},
          {"blocks", std::move(blocks)},
          {"sparsities", s.sparsities},
          {"tokens", integer_json(s.tokens)},
          {"threads", integer_json(s.threads)},
          {"rounds", integer_json(s.rounds)},
          {"seed", integer_json(s.seed)},
          {"train_steps", integer_json(s.train_steps)}};
}

KernelsSettings read_settings(const JsonCursor& from) {
  KernelsSettings s;
  s.backend = from.at("backend").text();
  s.dtype = from.at("dtype").text();
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
  s.threads = from.at("threads").count();
  s.rounds = from.at("rounds").count();
  s.seed = from.at("seed").count();
  s.train_steps = from.at("train_steps").count();
  return s;
}

}  // namespace

std::string write_kernels_document(const KernelsRecord& record) {
  Json results = Json::array();
  for (const KernelResult& row : record.results) {
    results.push_back(result_json(row, record.settings));
  }
  return format_json({{"schema", schema_of("actscope.kernels")},
                      {"status", status_name(record.status)},
                      {"status_reason", record.status_reason},
                      {"environment", environment_json(record.environment, VolatileFields::keep)},
                      {"settings", settings_json(record.settings)},
                      {"machine",
                       {{"fma_peak_flops", record.machine.fma_peak_flops},
                        {"stream_bytes_per_s", record.machine.stream_bytes_per_s}}},
                      {"input", record.input},
                      {"results", std::move(results)}});
}

KernelsRecord read_kernels_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.kernels");
  KernelsRecord record;
  record.status = read_run_status(root.at("status"));
  record.status_reason = root.at("status_reason").text();
  record.environment = read_environment(root.at("environment"));
  record.settings = read_settings(root.at("settings"));
  const JsonCursor machine = root.at("machine");
  record.machine = {machine.at("fma_peak_flops").amount(),
                    machine.at("stream_bytes_per_s").amount()};
  record.input = root.at("input").text();
  for (const JsonCursor& row : root.at("results").items()) {
    record.results.push_back(read_result(row));
  }
  return record;
}

}  // namespace actscope::reports
