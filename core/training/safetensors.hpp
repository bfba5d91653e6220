// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "config/weight_names.hpp"
#include "training/safetensors_layout.hpp"

namespace actscope::core {

/// Reads a safetensors file of F16, BF16, F32 and F64 tensors into CPU tensors of their own memory.
/// Errors  DataError: as read_safetensors_layout
std::map<std::string, torch::Tensor> parse_safetensors(std::string_view bytes,
                                                       std::string_view source);

/// The name of an element type in a file.
/// Errors  Error: one that parse_safetensors does not read
std::string_view dtype_name(torch::ScalarType type);

/// The bytes of a tensor.
/// Requires `flat` is contiguous and on the CPU, and outlives the view
std::string_view bytes_of(const torch::Tensor& flat);

/// A CPU tensor of its own memory with what an entry holds.
torch::Tensor tensor_of(const TensorEntry& entry);

/// The file with these tensors (any device), names sorted.
/// Errors  Error: an element type that parse_safetensors does not read
std::string format_safetensors(const std::map<std::string, torch::Tensor>& tensors);

/// Copies the tensors of a file into a module's parameters, in the type of these. The file may use
/// the names of timm or the original ones, and alpha and beta of an affine may be [dim] or, as in
/// timm, [1, 1, dim].
/// Errors  DataError: as parse_safetensors; one line with every kind of misfit: parameters that the
///         file lacks, tensors that the module has not, shapes that differ
void load_weights(torch::nn::Module& module, const std::filesystem::path& path);

/// The parameters of a module in the names and shapes that their authors' models take.
/// Errors  EnvironmentError: the file cannot be written
void save_weights(const torch::nn::Module& module, const std::filesystem::path& path,
                  WeightNames names = WeightNames::timm);

}  // namespace actscope::core
