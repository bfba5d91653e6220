// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace actscope::core {

/// How the tensors of a ResMLP weights file are called.
///   timm      stem.proj, blocks.0.linear_tokens, blocks.0.mlp_channels, blocks.0.ls1
///   original  patch_embed.proj, blocks.0.attn, blocks.0.mlp, blocks.0.gamma_1
/// Source  github.com/huggingface/pytorch-image-models, timm/models/mlp_mixer.py;
///         github.com/facebookresearch/deit, resmlp_models.py
enum class WeightNames { timm, original };

/// "timm", "original".
const std::vector<std::string>& weight_namings();

/// Errors  ConfigError: neither "timm" nor "original"
WeightNames parse_weight_names(std::string_view text);

/// The name of a parameter of the model (they are timm's) in a file.
std::string name_in_file(std::string_view parameter, WeightNames names);

/// The parameter that a tensor of either naming is for; a name of neither comes back as it is.
std::string parameter_name(std::string_view name_in_file);

}  // namespace actscope::core
