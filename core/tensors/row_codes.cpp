// SPDX-License-Identifier: Apache-2.0
#include "tensors/row_codes.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "tensors/code_passes.hpp"
#include "tensors/tensor_views.hpp"

namespace actscope::core {
namespace {

using kernels::CodeBits;
using torch::Tensor;

// Sizes of rows as they are and filled up to whole groups.
struct Rows {
  std::int64_t count, row, groups, bytes, filled_bytes;

  Rows(const Tensor& values, std::int64_t elements, CodeBits bits)
      : count(values.numel() / elements),
        row(elements),
        groups(kernels::code_groups(elements)),
        bytes(kernels::code_bytes(bits, elements)),
        filled_bytes(kernels::code_bytes(bits, filled())) {}
  std::int64_t filled() const { return groups * kernels::code_group_elements; }
};

// Copies `bytes` of each of `count` rows that lie so many bytes apart.
void copy_rows(void* to, std::int64_t to_stride, const void* from, std::int64_t from_stride,
               std::int64_t bytes, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(static_cast<std::byte*>(to) + i * to_stride,
                static_cast<const std::byte*>(from) + i * from_stride,
                static_cast<std::size_t>(bytes));
  }
}

// Some rows at a time, filled up in memory near the core: one call of the codec for all of them.
class FilledRows {
 public:
  static std::int64_t at_once(const Rows& rows) {
    constexpr std::int64_t elements = 8192;
    return std::max<std::int64_t>(1, elements / rows.filled());
  }
  FilledRows(const Rows& rows, std::int64_t element_bytes)
      : rows_(rows),
        element_bytes_(element_bytes),
        row_bytes_(rows.row * element_bytes),
        filled_bytes_(rows.filled() * element_bytes),
        values_(static_cast<std::size_t>(at_once(rows) * filled_bytes_)),
        codes_(static_cast<std::size_t>(at_once(rows) * rows.filled_bytes)) {}

  void* values() { return values_.data(); }
  std::uint8_t* codes() { return codes_.data(); }
  std::int64_t filled(std::int64_t count) const { return count * rows_.filled(); }

  // The last element again where there is none: it widens no group.
  void take_values(const std::byte* from, std::int64_t count) {
    copy_rows(values_.data(), filled_bytes_, from, row_bytes_, row_bytes_, count);
    for (std::int64_t i = 0; i < count; ++i) {
      std::byte* const row = values_.data() + i * filled_bytes_;
      // Twice as many each time.
      for (std::int64_t at = row_bytes_, bytes = element_bytes_; at < filled_bytes_; bytes *= 2) {
        const std::int64_t now = std::min(bytes, filled_bytes_ - at);
        std::memcpy(row + at, row + at - bytes, static_cast<std::size_t>(now));
        at += now;
      }
    }
  }
  void give_values(std::byte* to, std::int64_t count) const {
    copy_rows(to, row_bytes_, values_.data(), filled_bytes_, row_bytes_, count);
  }
  void take_codes(const std::uint8_t* from, std::int64_t count) {
    copy_rows(codes_.data(), rows_.filled_bytes, from, rows_.bytes, rows_.bytes, count);
  }
  void give_codes(std::uint8_t* to, std::int64_t count) const {
    copy_rows(to, rows_.bytes, codes_.data(), rows_.filled_bytes, rows_.bytes, count);
  }

 private:
  const Rows& rows_;
  std::int64_t element_bytes_, row_bytes_, filled_bytes_;
  std::vector<std::byte> values_;
  std::vector<std::uint8_t> codes_;
};

// Calls visit(room, first row, rows) for all rows, shared out among threads.
template <class Visit>
void for_each_part(const Rows& rows, std::int64_t element_bytes, const Visit& visit) {
  const std::int64_t at_once = FilledRows::at_once(rows);
  at::parallel_for(0, rows.count, at_once, [&](std::int64_t begin, std::int64_t end) {
    FilledRows room(rows, element_bytes);
    for (std::int64_t first = begin; first < end; first += at_once) {
      visit(room, first, std::min(at_once, end - first));
    }
  });
}

}  // namespace

void encode_rows(const Tensor& values, std::int64_t row, CodeBits bits, const Tensor& codes,
                 const Tensor& scales) {
  if (!values.is_cpu()) return encode_filled_rows(values, row, bits, codes, scales);
  const Tensor from = as_codable(values);
  const auto context = context_of(from);
  const kernels::DType dtype = dtype_of(from);
  const Rows rows(values, row, bits);
  const auto element_bytes = static_cast<std::int64_t>(from.element_size());
  const auto* in = static_cast<const std::byte*>(from.const_data_ptr());
  auto* const out = codes.mutable_data_ptr<std::uint8_t>();
  kernels::CodeScale* const groups = scales_in(scales);
  for_each_part(rows, element_bytes, [&](FilledRows& room, std::int64_t first, std::int64_t count) {
    room.take_values(in + first * row * element_bytes, count);
    kernels::quantize(context, dtype, room.values(), room.filled(count), bits, room.codes(),
                      groups + first * rows.groups);
    room.give_codes(out + first * rows.bytes, count);
  });
}

void decode_rows(const Tensor& codes, const Tensor& scales, std::int64_t row, CodeBits bits,
                 Tensor& values) {
  if (!values.is_cpu()) return decode_filled_rows(codes, scales, row, bits, values);
  const Rows rows(values, row, bits);
  const auto* in = codes.const_data_ptr<std::uint8_t>();
  const kernels::CodeScale* const groups = const_scales_in(scales);
  write_codable(values, [&](const Tensor& to) {
    const auto context = context_of(to);
    const kernels::DType dtype = dtype_of(to);
    const auto element_bytes = static_cast<std::int64_t>(to.element_size());
    auto* const out = static_cast<std::byte*>(to.mutable_data_ptr());
    for_each_part(
        rows, element_bytes, [&](FilledRows& room, std::int64_t first, std::int64_t count) {
          room.take_codes(in + first * rows.bytes, count);
          kernels::dequantize(context, dtype, bits, room.codes(), groups + first * rows.groups, 0,
                              room.filled(count), room.values());
          room.give_values(out + first * row * element_bytes, count);
        });
  });
}

void encode_filled_rows(const Tensor& values, std::int64_t row, CodeBits bits, const Tensor& codes,
                        const Tensor& scales) {
  const Rows rows(values, row, bits);
  const Tensor dense = values.view({rows.count, row});
  // The last element again: it widens no group.
  const Tensor filled =
      at::cat({dense, dense.narrow(1, row - 1, 1).expand({rows.count, rows.filled() - row})}, 1);
  const Tensor all = at::empty({rows.count, rows.filled_bytes}, codes.options());
  encode(filled, bits, all.mutable_data_ptr<std::uint8_t>(), scales_in(scales));
  codes.view({rows.count, rows.bytes}).copy_(all.narrow(1, 0, rows.bytes));
}

void decode_filled_rows(const Tensor& codes, const Tensor& scales, std::int64_t row, CodeBits bits,
                        Tensor& values) {
  const Rows rows(values, row, bits);
  const Tensor all = at::zeros({rows.count, rows.filled_bytes}, codes.options());
  all.narrow(1, 0, rows.bytes).copy_(codes.view({rows.count, rows.bytes}));
  Tensor filled = at::empty({rows.count, rows.filled()}, values.options());
  decode({bits, all.const_data_ptr<std::uint8_t>(), const_scales_in(scales), 0}, filled);
  values.view({rows.count, row}).copy_(filled.narrow(1, 0, row));
}

}  // namespace actscope::core
