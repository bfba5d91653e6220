// SPDX-License-Identifier: Apache-2.0
#include "suite_points.hpp"

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/kernels/backend.hpp"

namespace actscope::bench {
namespace {

using kernels::Backend;
using kernels::Select;

bool is_of(const KernelResult& row, const SuitePoint& point) {
  return row.backend == kernels::name_of(point.backend) && row.dtype == point.type.name &&
         row.threads == point.threads && row.shape == point.shape &&
         row.block_rows == point.spec.block_rows && row.block_cols == point.spec.block_cols &&
         row.sparsity_ratio == point.spec.sparsity_ratio;
}

void add_shapes(std::vector<SuitePoint>& points, const KernelsSettings& settings,
                SuitePoint point) {
  point.spec.select = select_named(settings.select);
  for (const std::string& shape : settings.shapes) {
    for (const KernelBlock& block : settings.blocks) {
      for (const double sparsity : settings.sparsities) {
        point.shape = shape;
        point.spec.block_rows = block.rows;
        point.spec.block_cols = block.cols;
        point.spec.sparsity_ratio = sparsity;
        points.push_back(point);
      }
    }
  }
}

}  // namespace

Backend backend_named(const std::string& name) {
  for (const Backend backend : {Backend::cpu, Backend::cuda, Backend::reference}) {
    if (kernels::name_of(backend) == name) return backend;
  }
  throw ConfigError(
      error_text("unknown backend '" + name + "'", {}, "give --backend cpu, cuda or reference"));
}

Select select_named(const std::string& name) {
  for (const Select select : {Select::panel, Select::row, Select::column, Select::global}) {
    if (kernels::name_of(select) == name) return select;
  }
  throw ConfigError(error_text("--select " + name + " is not taken", {},
                               "give --select panel, row, column or global"));
}

std::vector<SuitePoint> all_points(const KernelsSettings& settings) {
  std::vector<SuitePoint> points;
  for (const std::string& name : settings.backends) {
    const Backend backend = backend_named(name);
    const std::vector<std::int64_t> threads =
        backend == Backend::cuda ? std::vector<std::int64_t>{0} : settings.threads;
    for (const std::string& dtype : settings.dtypes) {
      const ElementType type = element_type(dtype);
      if (!takes(backend, type)) continue;
      for (const std::int64_t count : threads) {
        add_shapes(points, settings, {backend, type, count, {}, {}});
      }
    }
  }
  return points;
}

std::vector<SuitePoint> open_points(const KernelsBenchRecord& record) {
  std::vector<SuitePoint> points = all_points(record.settings);
  std::erase_if(points, [&](const SuitePoint& point) {
    return std::ranges::any_of(record.results,
                               [&](const KernelResult& row) { return is_of(row, point); });
  });
  return points;
}

std::string describe(const SuitePoint& point) {
  std::string text =
      std::string(kernels::name_of(point.backend)) + " " + std::string(point.type.name);
  if (point.threads > 0) {
    text += ", " + std::to_string(point.threads) + (point.threads == 1 ? " thread" : " threads");
  }
  return text + ", " + point.shape + " " + kernels::describe(point.spec);
}

}  // namespace actscope::bench
