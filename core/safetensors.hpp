// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace actscope::core {

/// Reads a safetensors file of F32 and F64 tensors into CPU tensors of their own memory.
/// Source  github.com/huggingface/safetensors, "Format"
/// Errors  DataError: not safetensors, truncated, a header over 100 MB, tensors that overlap or
/// leave
///         the file, another element type
std::map<std::string, torch::Tensor> parse_safetensors(std::string_view bytes,
                                                       std::string_view source);

/// The file with these tensors (float32 or float64, any device), names sorted.
std::string format_safetensors(const std::map<std::string, torch::Tensor>& tensors);

/// Copies the tensors of a file into a module's parameters of the same names.
/// Errors  DataError: as parse_safetensors; a parameter is missing, has another shape, or the file
///         has a tensor that the module has not
void load_weights(torch::nn::Module& module, const std::filesystem::path& path);

/// Errors  EnvironmentError: the file cannot be written
void save_weights(const torch::nn::Module& module, const std::filesystem::path& path);

}  // namespace actscope::core
