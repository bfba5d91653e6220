// SPDX-License-Identifier: Apache-2.0
#include "bench_kernels/result_json.hpp"

#include <cmath>

#include "statistics/ratio_json.hpp"

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

Json rival_json(const KernelRival& rival) {
  Json object = {{"name", rival.name},
                 {"kind", name_of(rival.kind)},
                 {"library", rival.library},
                 {"version", rival.version},
                 {"path", rival.path},
                 {"status", name_of(rival.status)},
                 {"message", rival.message},
                 {"algorithm", rival.algorithm},
                 {"samples", integer_json(rival.samples)}};
  set_measured(object, "time_s", rival.time_s);
  set_measured(object, "gflop_per_s", rival.gflop_per_s);
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
  if (from.has("algorithm")) rival.algorithm = from.at("algorithm").text();
  rival.samples = from.at("samples").count();
  rival.time_s = measured_amount(from, "time_s");
  rival.gflop_per_s = from.has("gflop_per_s") ? measured_amount(from, "gflop_per_s")
                                              : Measured<double>::missing("written before 1.1.0");
  rival.to_dense = read_ratio(from, "ratio", "ratio");
  return rival;
}

}  // namespace

Json kernel_result_json(const KernelResult& row) {
  Json object = {{"operator", row.operation},
                 {"shape", row.shape},
                 {"backend", row.backend},
                 {"dtype", row.dtype},
                 {"threads", integer_json(row.threads)},
                 {"select", row.select},
                 {"block_rows", integer_json(row.block_rows)},
                 {"block_cols", integer_json(row.block_cols)},
                 {"sparsity_ratio", row.sparsity_ratio},
                 {"tokens", integer_json(row.tokens)},
                 {"features", integer_json(row.features)},
                 {"outputs", integer_json(row.outputs)},
                 {"samples", integer_json(row.samples)},
                 {"kept_flops", integer_json(row.kept_flops)},
                 {"moved_bytes", integer_json(row.moved_bytes)},
                 {"time_s", row.time_s},
                 {"dense_name", row.dense_name},
                 {"gb_per_s", row.gb_per_s},
                 {"rivals", Json::array()}};
  set_measured(object, "dense_time_s", row.dense_time_s);
  set_ratio(object, "ratio_to_dense", "ratio", row.to_dense);
  set_ratio(object, "ratio_to_libtorch", "ratio_to_libtorch", row.to_libtorch);
  set_measured(object, "gflop_per_s", row.gflop_per_s);
  set_measured(object, "peak_ratio", row.peak_ratio);
  set_measured(object, "roofline_ratio", row.roofline_ratio);
  set_measured(object, "kept_norm_ratio", row.kept_norm_ratio);
  for (const KernelRival& rival : row.rivals) object["rivals"].push_back(rival_json(rival));
  return object;
}

KernelResult read_kernel_result(const JsonCursor& from) {
  KernelResult row;
  row.backend = from.at("backend").text();
  row.dtype = from.at("dtype").text();
  row.threads = from.at("threads").count();
  if (from.has("select")) row.select = from.at("select").text();
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
  row.moved_bytes = from.has("moved_bytes") ? from.at("moved_bytes").count()
                                            : std::llround(row.gb_per_s * 1e9 * row.time_s);
  row.roofline_ratio = from.has("roofline_ratio")
                           ? measured_amount(from, "roofline_ratio")
                           : Measured<double>::missing("written before 1.1.0");
  row.kept_norm_ratio = measured_amount(from, "kept_norm_ratio");
  for (const JsonCursor& rival : from.at("rivals").items()) row.rivals.push_back(read_rival(rival));
  return row;
}

}  // namespace actscope::reports
