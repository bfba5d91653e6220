// SPDX-License-Identifier: Apache-2.0
#include <omp.h>

#include <utility>
#include <vector>

#include "common/block_walk.hpp"
#include "cpu/aligned_vector.hpp"
#include "cpu/entries.hpp"
#include "cpu/packing.hpp"
#include "cpu/product_plan.hpp"
#include "cpu/shared_work.hpp"
#include "cpu/strip_packer.hpp"

namespace actscope::kernels::cpu {
namespace {

// Panels that are packed and walked at once: enough that a column has about `wanted_steps` steps to
// add while its sums are in registers, few enough that two packed portions stay in a cache of the
// second level. Narrow blocks read the packed rows again after four features instead of eight:
// fewer steps keep more of them in the first cache. Depends on shapes only.
std::int64_t panels_at_once(const PanelLayout& layout, DType sums) {
  constexpr std::int64_t most_packed_bytes = 160 * 1024;
  const std::int64_t wanted_steps = layout.block_cols() < 8 ? 128 : 512;
  const double density = static_cast<double>(std::max<std::int64_t>(1, layout.kept_blocks())) /
                         static_cast<double>(std::max<std::int64_t>(1, layout.total_blocks()));
  const std::int64_t most_rows = most_packed_bytes / (strip_width * size_of(sums));
  const auto rows = std::min(static_cast<std::int64_t>(wanted_steps / density), most_rows);
  return std::max<std::int64_t>(1, rows / layout.panel_rows());
}

// What all threads share.
struct WeightProduct {
  const ConstMatrixView& dy;
  const ConstBsrPanels& x;
  const MatrixView& dw;
  Output output;
  PanelRange range;
  const GemmEpilogue& epilogue;
  const TermLists& lists;
  Strips strips;
  std::int64_t parts;  // of the columns
  SharedWork tasks;
};

// A strip of outputs times a run of column blocks, over all panels.
struct Task {
  Strip strip;
  std::int64_t first_col = 0;
  std::int64_t end_col = 0;
  bool is_first_part = true;
};

// What one thread does: portion after portion, the next one being packed while one is multiplied,
// also across the end of a task.
template <class T>
class WeightWorker {
 public:
  using Sum = SumOf<T>;

  explicit WeightWorker(WeightProduct& product)
      : product_(product),
        access_{product.x.layout.block_elements(), product.x.layout.block_rows(),
                product.x.layout.block_cols(), product.x.layout.block_cols(), 1},
        at_once_(panels_at_once(product.x.layout, result_of(product.x.dtype))),
        packers_{{product.dy, product.x.layout, product.range},
                 {product.dy, product.x.layout, product.range}} {}

  void run() {
    Task task, next_task;
    if (!claim(task)) return;
    Portion portion = portion_of(task, 0, 0);
    packed_->begin(portion);
    packed_->finish();
    start(task);
    while (true) {
      const bool ends_task = portion.end_panel == product_.range.count;
      const bool goes_on = !ends_task || claim(next_task);
      Portion next;
      if (goes_on) {
        next = ends_task ? portion_of(next_task, 0, 0)
                         : portion_of(task, portion.end_panel, portion.first_row + packed_->rows());
        packing_->begin(next);
      } else {
        packing_->begin({});
      }
      multiply(task, portion);
      if (ends_task) {
        finish(task);
        product_.tasks.finish_one();
      }
      if (!goes_on) return;
      packing_->finish();
      std::swap(packed_, packing_);
      if (ends_task) start(task = next_task);
      portion = next;
    }
  }

 private:
  bool claim(Task& task) {
    const std::int64_t number = product_.tasks.take();
    if (number >= product_.tasks.pieces()) return false;
    const std::int64_t part = number % product_.parts;
    const std::int64_t columns = product_.x.layout.col_blocks();
    task = {product_.strips.strip(number / product_.parts), part * columns / product_.parts,
            (part + 1) * columns / product_.parts, part == 0};
    return true;
  }

  Portion portion_of(const Task& task, std::int64_t first_panel, std::int64_t first_row) const {
    return {task.strip, first_panel, std::min(first_panel + at_once_, product_.range.count),
            first_row};
  }

  void start(const Task& task) {
    sums_.assign(static_cast<std::size_t>((task.end_col - task.first_col) * access_.features *
                                          task.strip.width),
                 Sum(0));
    row_sums_.assign(static_cast<std::size_t>(task.strip.width), Sum(0));
  }

  void multiply(const Task& task, const Portion& portion) {
    runs_.clear();
    for (std::int64_t p = portion.first_panel; p < portion.end_panel; ++p) {
      const PanelExtent panel = product_.x.layout.panel(product_.range.first + p);
      const T* values = static_cast<const T*>(product_.x.values) +
                        first_value(panel, product_.x.index) * access_.elements;
      runs_.push_back({values, packed_->panel(p), nullptr, 0});
    }
    if (needs_row_sums()) packed_->add_rows_to(row_sums_.data());
    const std::int64_t columns = task.end_col - task.first_col;
    const std::int64_t rows = (packing_->rows() + columns - 1) / columns;
    for (std::int64_t c = 0; c < columns; ++c) {
      std::int64_t terms = 0;
      for (std::size_t i = 0; i < runs_.size(); ++i) {
        const std::int64_t panel = portion.first_panel + static_cast<std::int64_t>(i);
        runs_[i].terms = product_.lists.begin(panel, task.first_col + c);
        runs_[i].count = product_.lists.count(panel, task.first_col + c);
        terms += runs_[i].count;
      }
      ReadAhead ahead = packing_->ahead(rows, kernel_steps(access_, task.strip.width, terms));
      accumulate(runs_.data(), static_cast<std::int64_t>(runs_.size()), access_, task.strip.width,
                 sums_.data() + c * access_.features * task.strip.width, ahead);
      packing_->pack(rows);
    }
  }

  bool needs_row_sums() const {
    return product_.epilogue.bias_gradient != nullptr || product_.epilogue.column_shift != nullptr;
  }

  void finish(const Task& task) {
    const std::int64_t first = task.first_col * access_.features;
    const std::int64_t features =
        std::min(task.end_col * access_.features, product_.x.layout.cols()) - first;
    apply_epilogue(task, first, features);
    write_transposed(sums_.data(), features, task.strip, product_.dw, first, product_.output);
  }

  void apply_epilogue(const Task& task, std::int64_t first, std::int64_t features) {
    const GemmEpilogue& epilogue = product_.epilogue;
    const auto* scale = static_cast<const Sum*>(epilogue.column_scale);
    const auto* shift = static_cast<const Sum*>(epilogue.column_shift);
    const std::int64_t width = task.strip.width;
    for (std::int64_t f = 0; f < features && (scale != nullptr || shift != nullptr); ++f) {
      const Sum factor = scale == nullptr ? Sum(1) : scale[first + f];
      const Sum summand = shift == nullptr ? Sum(0) : shift[first + f];
      Sum* sums = sums_.data() + f * width;
      for (std::int64_t o = 0; o < width; ++o) {
        sums[o] = sums[o] * factor + row_sums_[static_cast<std::size_t>(o)] * summand;
      }
    }
    if (epilogue.bias_gradient == nullptr || !task.is_first_part) return;
    auto* bias = static_cast<Sum*>(epilogue.bias_gradient) + task.strip.first;
    for (std::int64_t o = 0; o < task.strip.count; ++o) {
      const Sum before = product_.output == Output::accumulate ? bias[o] : Sum(0);
      bias[o] = before + row_sums_[static_cast<std::size_t>(o)];
    }
  }

  WeightProduct& product_;
  BlockAccess access_;
  std::int64_t at_once_;
  StripPacker<T> packers_[2];
  StripPacker<T>* packed_ = &packers_[0];   // of the portion that is multiplied
  StripPacker<T>* packing_ = &packers_[1];  // of the one after it
  AlignedVector<Sum> sums_;                 // [features of the task, strip.width]
  AlignedVector<Sum> row_sums_;             // [strip.width]
  std::vector<TermRun<T>> runs_;
};

// The product of matrices without rows.
void write_nothing(const MatrixView& dw, Output output, const GemmEpilogue& epilogue) {
  clear(dw, output);
  if (epilogue.bias_gradient == nullptr) return;
  clear({epilogue.bias_gradient, dw.dtype, 1, 1, dw.rows, 0, dw.rows}, output);
}

}  // namespace

void gemm_tn(const ExecutionContext&, const ConstMatrixView& dy, const ConstBsrPanels& x,
             const MatrixView& dw, Output output, PanelRange range, const GemmEpilogue& epilogue) {
  if (range.count == 0) return write_nothing(dw, output, epilogue);
  const std::int64_t columns = x.layout.col_blocks();
  TermLists lists(x, range, columns);
  const Strips strips(dw.rows);
  const std::int64_t parts = parts_for_threads(strips.count(), columns, omp_get_max_threads());
  WeightProduct product{.dy = dy,
                        .x = x,
                        .dw = dw,
                        .output = output,
                        .range = range,
                        .epilogue = epilogue,
                        .lists = lists,
                        .strips = strips,
                        .parts = parts,
                        .tasks = SharedWork(strips.count() * parts)};
  dispatch_dtype(x.dtype, [&]<class T>() {
#pragma omp parallel
    {
      lists.fill_by_column(x, range);
      WeightWorker<T>(product).run();
      leave_region(product.tasks);
    }
  });
}

}  // namespace actscope::kernels::cpu
