// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "actscope/kernels/bsr_panels.hpp"
#include "common/host_device.hpp"

namespace actscope::kernels::cuda {

/// What a product of a left operand and a block-sparse one sums over.
enum class Reduce {
  tokens,    ///< gemm_tn: segments are panels, results [outputs, features]
  features,  ///< gemm_nt_batched: segments are groups, results [mixed, tokens]
};

/// A thread block owns results [128, 64 · warps_across] in the registers of 2 × warps_across warps
/// and walks segments of the reduction; each stage of shared memory holds 64 bytes of reduction for
/// every row and column of that tile.
inline constexpr int strip_left = 128;
inline constexpr int warp_columns = 64;
inline constexpr int stage_depth_bytes = 64;
inline constexpr int most_stages = 3;
inline constexpr int segment_bytes = 128;  ///< two descriptions of a segment
/// Bytes of a stage: live columns by warp, then the gathered tokens of each.
inline constexpr int mask_bytes = 16;
inline constexpr int gathered_bytes = 32;
inline constexpr int row_sum_bytes = 4 * 128;  ///< Σ of the left operand's rows, for an epilogue
/// Kept blocks of one segment and strip are looked up in a table; more than these are left to the
/// plain kernel.
inline constexpr std::int64_t most_table_entries = 4096;
/// Least reduction length of a part, above what adding its results up costs.
inline constexpr std::int64_t least_part_depth = 512;

/// How a product runs in strips. Follows from shapes, type and multiprocessors alone.
struct StripPlan {
  bool fits = false;  ///< whether it can: else the plain kernel does it
  int warps_across = 0;
  std::int64_t left_tiles = 0;
  std::int64_t strips = 0;
  std::int64_t segments = 0;
  /// The reduction is cut in parts of whole segments; their sums are added one after the other.
  std::int64_t parts = 0;
  std::int64_t table_entries = 0;  ///< of the fullest segment
  int element_bytes = 0;
  /// Whether each warp packs the tokens of its kept blocks before it multiplies: for blocks as wide
  /// as its columns that fill an instruction's depth only in part. Never for f32, whose steps are
  /// eight tokens deep.
  bool gathers = false;

  ACTSCOPE_HOST_DEVICE std::int64_t tiles() const { return left_tiles * strips; }
  ACTSCOPE_HOST_DEVICE std::int64_t strip_columns() const {
    return std::int64_t{warp_columns} * warps_across;
  }
  unsigned threads() const { return 64U * static_cast<unsigned>(warps_across); }
};

/// Plans as many parts as make one wave of thread blocks on a device of so many multiprocessors. No
/// plan fits f64.
StripPlan plan_strips(Reduce over, const PanelLayout& layout, DType dtype, std::int64_t left_rows,
                      PanelRange range, std::int64_t multiprocessors);

/// Shared memory with so many stages. Units: bytes.
std::int64_t strip_shared_bytes(Reduce over, const StripPlan& plan, int stages);
/// The most stages, up to most_stages, that `shared_bytes` hold; 0 where not even two fit.
int strip_stages(Reduce over, const StripPlan& plan, std::int64_t shared_bytes);

/// Memory for the sums of all parts, 0 where there is only one. Units: bytes.
/// Shapes  [parts, left_rows, columns] and [parts, left_rows] f32
std::int64_t strip_workspace_bytes(const StripPlan& plan, std::int64_t left_rows,
                                   std::int64_t columns);

}  // namespace actscope::kernels::cuda
