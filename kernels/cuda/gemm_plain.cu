// SPDX-License-Identifier: Apache-2.0
// Products in their plain form, for every type and block. Each element of the result has one owning
// thread, which walks the kept blocks in their stored order: nothing is added across threads, so
// that results do not change from run to run. A thread sums one panel by itself before adding it to
// the total.
#include "common/sum_of.hpp"
#include "gemm_epilogue.cuh"
#include "kernels.hpp"
#include "launch.cuh"
#include "panels.cuh"

namespace actscope::kernels::cuda {

namespace {

constexpr int depth = tile_depth;
constexpr int left = static_cast<int>(tile_left);

/// Staging memory of one product step: out[l, c] += Σ_k a[k, l] · b[k, c].
template <class T, int columns>
struct Stage {
  T a[depth][left + 1];  // [16, 64], padded: columns of it are written side by side
  T b[depth][columns];   // [16, 4 · columns_per_thread]
};

/// What a thread owns: left index `l`, columns [first_column, first_column + columns_per_thread).
struct ThreadTile {
  int l;
  int first_column;
};

template <int columns_per_thread>
__device__ ThreadTile thread_tile() {
  return {static_cast<int>(threadIdx.x) % left,
          static_cast<int>(threadIdx.x) / left * columns_per_thread};
}

template <class T, int columns_per_thread>
__device__ void multiply_stage(const Stage<T, 4 * columns_per_thread>& stage, ThreadTile own,
                               T (&sum)[columns_per_thread]) {
#pragma unroll
  for (int k = 0; k < depth; ++k) {
    const T a = stage.a[k][own.l];
#pragma unroll
    for (int c = 0; c < columns_per_thread; ++c) {
      sum[c] = fma(a, stage.b[k][own.first_column + c], sum[c]);
    }
  }
}

template <class T, int columns_per_thread>
__device__ void add_to(T (&total)[columns_per_thread], T (&sum)[columns_per_thread]) {
#pragma unroll
  for (int c = 0; c < columns_per_thread; ++c) {
    total[c] += sum[c];
    sum[c] = T{0};
  }
}

struct Extents {
  std::int64_t left_rows;   ///< outputs of gemm_tn, mixed of gemm_nt_batched
  std::int64_t left_tiles;  ///< tiles of 64 of them
  std::int64_t side_tiles;  ///< tiles of a block's side
  PanelRange range;
  Output output;
};

/// Σ over the rows of column `l` of dy.
template <class T>
__device__ SumOf<T> column_sum(const DeviceMatrix<const T>& dy, std::int64_t rows, std::int64_t l) {
  SumOf<T> sum = 0;
  for (std::int64_t row = 0; row < rows; ++row) sum += static_cast<SumOf<T>>(dy.row(0, row)[l]);
  return sum;
}

// Two thread blocks a multiprocessor leave each thread 128 registers: with the 64 that the compiler
// takes of itself, sums are spilled.
// dy [rows of the range, outputs]; values [kept, block_rows, block_cols]; dw [outputs, features]
template <class T, int columns_per_thread>
__global__ void __launch_bounds__(tile_threads, 2)
    gemm_tn_kernel(DeviceMatrix<const T> dy, const T* values, DeviceLayout layout,
                   ConstBlockIndex index, DeviceMatrix<SumOf<T>> dw, Extents extents,
                   std::int64_t first_token, std::int64_t tokens,
                   DeviceEpilogue<SumOf<T>> epilogue) {
  using Sum = SumOf<T>;
  constexpr int columns = 4 * columns_per_thread;
  __shared__ Stage<Sum, columns> stage;
  const ThreadTile own = thread_tile<columns_per_thread>();
  const std::int64_t items = layout.col_blocks * extents.side_tiles * extents.left_tiles;
  for (std::int64_t item = blockIdx.x; item < items; item += gridDim.x) {
    const std::int64_t first_left = item % extents.left_tiles * left;
    const std::int64_t side_tile = item / extents.left_tiles % extents.side_tiles;
    const std::int64_t column = item / extents.left_tiles / extents.side_tiles;
    const std::int64_t first_side = side_tile * columns;  // inside the block
    Sum total[columns_per_thread] = {};
    Sum sum[columns_per_thread] = {};
    for (std::int64_t p = 0; p < extents.range.count; ++p) {
      const PanelPlace place = layout.place(extents.range.first + p);
      const std::uint32_t* words = index.mask + place.mask_word;
      const std::int64_t panel_token = place.group * layout.rows + place.first_row - first_token;
      std::int64_t position = place.value_block + index.column_starts[place.column_start + column];
      for (std::int64_t r = 0; r < place.row_blocks; ++r) {
        if (!is_kept(words, column * place.row_blocks + r)) continue;
        const T* block = values + position * layout.block_elements();
        ++position;
        const std::int64_t block_row = r * layout.block_rows;
        const std::int64_t rows = min(layout.block_rows, place.rows - block_row);
        for (std::int64_t i = 0; i < rows; i += depth) {
          __syncthreads();
          for (int e = threadIdx.x; e < depth * left; e += tile_threads) {
            const int k = e / left;
            const int l = e % left;
            const bool exists = i + k < rows && first_left + l < extents.left_rows;
            const T* row = dy.row(0, panel_token + block_row + i + k);
            stage.a[k][l] = exists ? static_cast<Sum>(row[first_left + l]) : Sum{0};
          }
          for (int e = threadIdx.x; e < depth * columns; e += tile_threads) {
            const int k = e / columns;
            const int c = e % columns;
            const bool exists = i + k < rows && first_side + c < layout.block_cols;
            const std::int64_t element = (i + k) * layout.block_cols + first_side + c;
            stage.b[k][c] = exists ? static_cast<Sum>(block[element]) : Sum{0};
          }
          __syncthreads();
          multiply_stage<Sum, columns_per_thread>(stage, own, sum);
        }
      }
      add_to(total, sum);
    }
    const std::int64_t l = first_left + own.l;
    if (l >= extents.left_rows) continue;
    const bool owns_bias =
        epilogue.bias_gradient != nullptr && column == 0 && side_tile == 0 && own.first_column == 0;
    Sum left_sum = 0;
    if (epilogue.column_shift != nullptr || owns_bias) left_sum = column_sum(dy, tokens, l);
    if (owns_bias) {
      Sum& bias = epilogue.bias_gradient[l];
      bias = extents.output == Output::accumulate ? bias + left_sum : left_sum;
    }
    for (int c = 0; c < columns_per_thread; ++c) {
      const std::int64_t side = first_side + own.first_column + c;
      const std::int64_t feature = column * layout.block_cols + side;
      if (side >= layout.block_cols || feature >= layout.cols) continue;
      const Sum sum_here = epilogue.apply(total[c], left_sum, feature);
      Sum& result = dw.row(0, l)[feature];
      result = extents.output == Output::accumulate ? result + sum_here : sum_here;
    }
  }
}

// dt groups of the range × [mixed, features]; values as above; da [mixed, tokens]
template <class T, int columns_per_thread>
__global__ void __launch_bounds__(tile_threads, 2)
    gemm_nt_kernel(DeviceMatrix<const T> dt, const T* values, DeviceLayout layout,
                   ConstBlockIndex index, DeviceMatrix<SumOf<T>> da, Extents extents,
                   std::int64_t group_row_blocks, std::int64_t panel_row_blocks) {
  using Sum = SumOf<T>;
  constexpr int columns = 4 * columns_per_thread;
  __shared__ Stage<Sum, columns> stage;
  const ThreadTile own = thread_tile<columns_per_thread>();
  const std::int64_t items = group_row_blocks * extents.side_tiles * extents.left_tiles;
  const std::int64_t groups = extents.range.count / layout.panels_per_group;
  for (std::int64_t item = blockIdx.x; item < items; item += gridDim.x) {
    const std::int64_t first_left = item % extents.left_tiles * left;
    const std::int64_t side_tile = item / extents.left_tiles % extents.side_tiles;
    const std::int64_t row_block = item / extents.left_tiles / extents.side_tiles;
    const std::int64_t first_side = side_tile * columns;  // rows inside the block
    const std::int64_t panel_in_group = row_block / panel_row_blocks;
    const std::int64_t r = row_block % panel_row_blocks;  // inside the panel
    Sum total[columns_per_thread] = {};
    Sum sum[columns_per_thread] = {};
    for (std::int64_t g = 0; g < groups; ++g) {
      const PanelPlace place =
          layout.place(extents.range.first + g * layout.panels_per_group + panel_in_group);
      const std::uint32_t* words = index.mask + place.mask_word;
      const std::uint32_t* starts = index.column_starts + place.column_start;
      for (std::int64_t column = 0; column < layout.col_blocks; ++column) {
        const std::int64_t top = column * place.row_blocks;  // number of the column's first block
        if (!is_kept(words, top + r)) continue;
        const std::int64_t position =
            place.value_block + starts[column] + count_kept(words, top, top + r);
        const T* block = values + position * layout.block_elements();
        const std::int64_t first_feature = column * layout.block_cols;
        const std::int64_t features = min(layout.block_cols, layout.cols - first_feature);
        for (std::int64_t j = 0; j < features; j += depth) {
          __syncthreads();
          // Neighboring threads read neighboring features of one row.
          for (int e = threadIdx.x; e < depth * left; e += tile_threads) {
            const int k = e % depth;
            const int l = e / depth;
            const bool exists = j + k < features && first_left + l < extents.left_rows;
            const T* row = dt.row(g, first_left + l);
            stage.a[k][l] = exists ? static_cast<Sum>(row[first_feature + j + k]) : Sum{0};
          }
          for (int e = threadIdx.x; e < depth * columns; e += tile_threads) {
            const int k = e % depth;
            const int c = e / depth;
            const bool exists = j + k < features && first_side + c < layout.block_rows;
            const std::int64_t element = (first_side + c) * layout.block_cols + j + k;
            stage.b[k][c] = exists ? static_cast<Sum>(block[element]) : Sum{0};
          }
          __syncthreads();
          multiply_stage<Sum, columns_per_thread>(stage, own, sum);
        }
      }
      add_to(total, sum);
    }
    const std::int64_t l = first_left + own.l;
    if (l >= extents.left_rows) continue;
    for (int c = 0; c < columns_per_thread; ++c) {
      const std::int64_t side = first_side + own.first_column + c;
      const std::int64_t token = row_block * layout.block_rows + side;
      if (side >= layout.block_rows || token >= layout.rows) continue;
      Sum& result = da.row(0, l)[token];
      result = extents.output == Output::accumulate ? result + total[c] : total[c];
    }
  }
}

/// Calls `work` with the plan's columns_per_thread as a compile-time number.
template <class Work>
void with_columns(const TilePlan& plan, Work&& work) {
  switch (plan.columns_per_thread) {
    case 1:
      return work(std::integral_constant<int, 1>{});
    case 2:
      return work(std::integral_constant<int, 2>{});
    case 4:
      return work(std::integral_constant<int, 4>{});
    default:
      return work(std::integral_constant<int, 8>{});
  }
}

Extents extents_of(std::int64_t left_rows, const TilePlan& plan, Output output, PanelRange range) {
  return {left_rows, (left_rows + left - 1) / left, plan.tiles, range, output};
}

}  // namespace

void gemm_tn_plain(void* stream, const ConstMatrixView& dy, const ConstBsrPanels& x,
                   const MatrixView& dw, Output output, PanelRange range,
                   const GemmEpilogue& epilogue) {
  const DeviceLayout layout = make_device_layout(x.layout);
  const TilePlan plan = plan_tile(layout.block_cols);
  const Extents extents = extents_of(dw.rows, plan, output, range);
  const std::int64_t items = layout.col_blocks * plan.tiles * extents.left_tiles;
  std::int64_t first_token = 0;  // row of the whole matrix that dy starts with
  if (range.count > 0) {
    const PanelPlace origin = layout.place(range.first);
    first_token = origin.group * layout.rows + origin.first_row;
  }
  with_type(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    with_columns(plan, [&](auto columns) {
      launch("gemm_tn", plan_grid(items, 1, tile_threads), stream, gemm_tn_kernel<T, columns>,
             device_matrix<const T>(dy), static_cast<const T*>(x.values), layout, x.index,
             device_matrix<SumOf<T>>(dw), extents, first_token, dy.rows,
             DeviceEpilogue<SumOf<T>>(epilogue));
    });
  });
}

void gemm_nt_plain(void* stream, const ConstMatrixView& dt, const ConstBsrPanels& y,
                   const MatrixView& da, Output output, PanelRange range) {
  const DeviceLayout layout = make_device_layout(y.layout);
  const TilePlan plan = plan_tile(layout.block_rows);
  const Extents extents = extents_of(da.rows, plan, output, range);
  const std::int64_t group_row_blocks = (layout.rows + layout.block_rows - 1) / layout.block_rows;
  const std::int64_t panel_row_blocks = layout.panel_rows / layout.block_rows;
  const std::int64_t items = group_row_blocks * plan.tiles * extents.left_tiles;
  with_type(y.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    with_columns(plan, [&](auto columns) {
      launch("gemm_nt_batched", plan_grid(items, 1, tile_threads), stream,
             gemm_nt_kernel<T, columns>, device_matrix<const T>(dt),
             static_cast<const T*>(y.values), layout, y.index, device_matrix<SumOf<T>>(da), extents,
             group_row_blocks, panel_row_blocks);
    });
  });
}

}  // namespace actscope::kernels::cuda
