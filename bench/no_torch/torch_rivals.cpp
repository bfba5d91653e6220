// SPDX-License-Identifier: Apache-2.0
// Absence of LibTorch: its rivals are listed as missing, the input is random.
#include <random>

#include "kernels/activations.hpp"
#include "kernels/rival.hpp"

namespace actscope::bench {
namespace {

constexpr const char* remedy = "this build has no LibTorch; configure with the preset cpu";

class Absent : public Rival {
 public:
  Absent(const char* name, RivalKind kind) {
    facts_.name = name;
    facts_.kind = kind;
    facts_.library = "LibTorch";
    facts_.message = remedy;
  }
  void prepare(const Point&) override { throw Refusal(remedy); }
  void run() override {}
  std::vector<float> result() const override { return {}; }
};

}  // namespace

std::vector<std::unique_ptr<Rival>> make_torch_rivals(std::int64_t) {
  std::vector<std::unique_ptr<Rival>> rivals;
  rivals.push_back(std::make_unique<Absent>(libtorch_name, RivalKind::dense));
  rivals.push_back(std::make_unique<Absent>("libtorch-masked", RivalKind::masked));
  rivals.push_back(std::make_unique<Absent>("libtorch-bsr", RivalKind::sparse));
  return rivals;
}

Activations record_activations(const KernelsSettings& settings) {
  std::mt19937_64 random(static_cast<std::uint64_t>(settings.seed));
  std::normal_distribution<float> normal;
  const auto values = [&](std::int64_t count) {
    std::vector<float> drawn(static_cast<std::size_t>(count));
    for (float& value : drawn) value = normal(random);
    return drawn;
  };
  Activations a;
  a.tokens = settings.tokens;
  a.images = std::max<std::int64_t>(1, settings.tokens / positions);
  a.z = values(a.tokens * channels);
  a.u = values(a.tokens * hidden);
  a.y = values(a.images * positions * channels);
  a.origin = "normally distributed numbers: this build has no LibTorch to train a model with";
  a.norm_reason = "the input is random, not of a trained model";
  return a;
}

}  // namespace actscope::bench
