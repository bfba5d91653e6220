// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/resmlp_geometry.hpp"

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

struct PublishedModel {
  std::string_view name;
  std::int64_t dim, depth, patch;
  double layer_scale_init;
};

// Touvron et al., arXiv:2105.03404, tables of the published models.
constexpr PublishedModel models[] = {{"resmlp_s12", 384, 12, 16, 0.1},
                                     {"resmlp_s24", 384, 24, 16, 1e-5},
                                     {"resmlp_s36", 384, 36, 16, 1e-6},
                                     {"resmlp_b24_16", 768, 24, 16, 1e-6},
                                     {"resmlp_b24_8", 768, 24, 8, 1e-6}};

void require_positive(std::string_view what, std::int64_t value, std::int64_t most) {
  if (value >= 1 && value <= most) return;
  throw ConfigError(error_text(std::string(what) + " is out of range",
                               "got " + std::to_string(value),
                               "give a number from 1 to " + std::to_string(most)));
}

}  // namespace

void ResMlpGeometry::validate() const {
  require_positive("image size", image_size, 16384);
  require_positive("patch", patch, image_size);
  require_positive("number of channels", in_channels, 1024);
  require_positive("dim", dim, 65536);
  require_positive("depth", depth, 10000);
  require_positive("number of classes", classes, 10'000'000);
  require_positive("expansion", expansion, 64);
  if (image_size % patch != 0) {
    throw ConfigError(error_text(
        "patch does not divide the image",
        "got patch " + std::to_string(patch) + " and image size " + std::to_string(image_size),
        "give a patch that divides the image size"));
  }
  const double size =
      static_cast<double>(depth) * (static_cast<double>(tokens()) * static_cast<double>(tokens()) +
                                    2.0 * static_cast<double>(dim) * static_cast<double>(hidden()));
  if (size > 0x1p40) {
    throw ConfigError(error_text("the model is too large", "it has over 2^40 parameters",
                                 "give a smaller dim, depth or image"));
  }
}

const std::vector<std::string>& published_models() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const PublishedModel& model : models) list.emplace_back(model.name);
    return list;
  }();
  return names;
}

ResMlpGeometry published_geometry(std::string_view name) {
  for (const PublishedModel& model : models) {
    if (model.name != name) continue;
    return {.image_size = 224,
            .patch = model.patch,
            .in_channels = 3,
            .dim = model.dim,
            .depth = model.depth,
            .classes = 1000,
            .expansion = 4,
            .layer_scale_init = model.layer_scale_init};
  }
  std::string known;
  for (const std::string& model : published_models()) known += ", " + model;
  throw ConfigError(
      error_text("unknown model '" + std::string(name) + "'", {}, "give one of resmlp" + known));
}

std::int64_t parameter_count(const ResMlpGeometry& g) {
  const std::int64_t stem = g.dim * g.in_channels * g.patch * g.patch + g.dim;
  const std::int64_t affine = 2 * g.dim;
  const std::int64_t token_mixing = g.tokens() * g.tokens() + g.tokens();
  const std::int64_t channel_mixing = 2 * g.dim * g.hidden() + g.hidden() + g.dim;
  const std::int64_t layer_scales = 2 * g.dim;
  const std::int64_t block = 2 * affine + token_mixing + channel_mixing + layer_scales;
  const std::int64_t head = affine + g.dim * g.classes + g.classes;
  return stem + g.depth * block + head;
}

std::vector<std::string> layer_names(const ResMlpGeometry& geometry) {
  std::vector<std::string> names{"stem"};
  for (std::int64_t i = 0; i < geometry.depth; ++i) names.push_back("blocks." + std::to_string(i));
  names.emplace_back("tail");
  names.emplace_back("loss");
  return names;
}

}  // namespace actscope::core
