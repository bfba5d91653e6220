// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace actscope::core {

/// A tensor as a safetensors file describes it.
struct TensorEntry {
  std::string name;
  std::string dtype;  ///< F32, F64, F16 or BF16
  std::vector<std::int64_t> shape;
  std::string_view bytes;  ///< row-major, little-endian; not aligned

  std::uint64_t size_bytes() const noexcept { return bytes.size(); }
};

/// A safetensors file, taken apart. It views the bytes it was made from.
struct SafetensorsLayout {
  std::map<std::string, std::string> metadata;
  std::vector<TensorEntry> tensors;  ///< in the order of their names
  std::string_view header;           ///< the JSON text with its padding
};

/// What a file is wanted for, for errors.
struct SafetensorsUse {
  std::string_view as = "as weights";
  std::string_view remedy = "give a safetensors file of this model's weights";
};

/// Takes a file apart; allocates nothing whose size the file names.
/// Source  github.com/huggingface/safetensors, "Format"
/// Errors  DataError: not safetensors, truncated, a header over 100 MB or nested too deeply, a name
///         that comes twice, tensors that overlap, leave gaps or leave the file, another element
///         type, more than 8 dimensions
SafetensorsLayout read_safetensors_layout(std::string_view bytes, std::string_view source,
                                          const SafetensorsUse& use = {});

/// The header of a file with these tensors, whose data follow it in this order without gaps. Only
/// the length of each entry's `bytes` is read.
std::string safetensors_header(const std::vector<TensorEntry>& tensors,
                               const std::map<std::string, std::string>& metadata = {});

/// Bytes of an element, or 0 for a type that is not read.
std::uint64_t element_bytes(std::string_view dtype) noexcept;

}  // namespace actscope::core
