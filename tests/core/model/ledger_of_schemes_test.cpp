// SPDX-License-Identifier: Apache-2.0
// The ledger read from the autograd graph, which knows nothing of slots, against the allocator, the
// ledger that the stores fill, and the byte model: for every scheme of ours.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "actscope/core/model/loss.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"

namespace actscope::core {
namespace {

using torch::Tensor;

constexpr std::int64_t batch_size = 5;
constexpr std::int64_t workspace_bytes = std::int64_t{1} << 20;

struct Scene {
  ResMlpGeometry geometry{
      .image_size = 14, .patch = 2, .in_channels = 3, .dim = 12, .depth = 2, .classes = 7};
  Scheme scheme;
  ElementType type = ElementType::fp32;
  std::unique_ptr<ResMlp> model;
  Tensor images = torch::ones({batch_size, 3, 14, 14});
  Tensor labels = torch::zeros({batch_size}, torch::kInt64);

  // A preset and, behind it, overrides: "exact *.h=fp8 *.dW1=bsr:8:0.5"; in bf16 with that before.
  explicit Scene(const std::string& text) {
    tracer::install_counting_cpu_allocator();
    RunConfig config;
    std::istringstream words(text);
    words >> config.scheme;
    if (config.scheme == "bf16") {
      type = ElementType::bf16;
      words >> config.scheme;
    }
    for (std::string word; words >> word;) {
      const bool is_operand = word.find(".d") != std::string::npos;
      (is_operand ? config.operand_overrides : config.slot_overrides).push_back(word);
    }
    config.block_rows = config.block_cols = 8;
    config.sparsity_ratio = 0.7;
    config.batch = batch_size;
    scheme = make_scheme(config, geometry);
    model = std::make_unique<ResMlp>(geometry, scheme, 1, workspace_bytes, type);
    if (type == ElementType::bf16 && scheme.is_plain_autograd()) model->hold_narrow_copies();
  }

  std::vector<Tensor> excluded() const {
    std::vector<Tensor> all = model->parameters();
    const std::vector<Tensor> copies = model->narrow_copies();
    all.insert(all.end(), copies.begin(), copies.end());
    all.insert(all.end(), {images, labels});
    return all;
  }
};

struct Counted {
  LedgerRecord graph;
  LedgerRecord after_backward;
  tracer::StoreLedger stores;
};

Counted count_step(Scene& scene) {
  Counted counted;
  for (const Tensor& tensor : scene.excluded()) {
    counted.stores.exclude(tensor.storage().unsafeGetStorageImpl());
  }
  tracer::GraphLedger ledger;
  ledger.exclude(scene.excluded());
  ledger.begin();
  const Tensor logits = scene.model->forward(scene.images, &counted.stores);
  const Tensor loss = smoothed_cross_entropy(logits, scene.labels, 0.1, &counted.stores);
  counted.graph = ledger.count(loss, {logits});
  loss.backward();
  counted.after_backward = tracer::ledger_of_graph(loss, {logits}, scene.excluded());
  scene.model->zero_grad();
  return counted;
}

class LedgerOfSchemes : public testing::TestWithParam<std::string> {};

TEST_P(LedgerOfSchemes, LeavesNoResidual) {
  Scene scene(GetParam());
  count_step(scene);
  const LedgerRecord record = count_step(scene).graph;
  EXPECT_EQ(record.residual_bytes.value, 0);
  EXPECT_TRUE(record.residuals.empty());
  EXPECT_EQ(record.known_nodes, record.nodes);
  EXPECT_EQ(record.skipped.opaque, 0);
}

TEST_P(LedgerOfSchemes, AgreesWithStoresAndByteModel) {
  Scene scene(GetParam());
  count_step(scene);
  const Counted counted = count_step(scene);
  const LedgerTotals totals = totals_of(counted.graph);
  EXPECT_EQ(totals.kept_bytes, counted.stores.total_bytes());
  EXPECT_EQ(totals.kept_bytes,
            predict_footprint(scene.geometry, scene.scheme, batch_size, scene.type, workspace_bytes)
                .totals.saved_bytes);
}

TEST_P(LedgerOfSchemes, IsEmptyAfterBackward) {
  Scene scene(GetParam());
  EXPECT_TRUE(count_step(scene).after_backward.storages.empty());
}

// What a compressed block keeps stands in its layer, by its slots.
TEST_P(LedgerOfSchemes, GivesEveryStorageALayer) {
  Scene scene(GetParam());
  count_step(scene);
  std::map<std::string, std::int64_t> bytes;
  for (const LedgerStorage& storage : count_step(scene).graph.storages) {
    bytes[storage.holders[0].layer] += storage.storage_bytes;
  }
  EXPECT_GT(bytes["blocks.0"], 0);
  EXPECT_EQ(bytes["loss"], batch_size * scene.geometry.classes * 4 + 4);
  EXPECT_EQ(bytes[""], 0);
}

std::string test_name(const testing::TestParamInfo<std::string>& scheme) {
  std::string name = scheme.param;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

std::vector<std::string> in_bf16(std::vector<std::string> schemes) {
  for (std::string& scheme : schemes) scheme = "bf16 " + scheme;
  return schemes;
}

INSTANTIATE_TEST_SUITE_P(NarrowPresets, LedgerOfSchemes, testing::ValuesIn(in_bf16(preset_names())),
                         test_name);

INSTANTIATE_TEST_SUITE_P(Presets, LedgerOfSchemes, testing::ValuesIn(preset_names()), test_name);

// Every store in three places: a slot by images, one by rows, and one of the wide ones.
std::vector<std::string> every_store() {
  std::vector<std::string> schemes;
  for (const char* store :
       {"bf16", "fp8", "int8:stochastic", "int2:nearest", "topk:0.7", "pool:2", "bsr+int2:8:0.6",
        "bsr:8:0.6:global", "bsr:8:0.6:column:int8", "bsr:8:0.6:row:int4", "bsr:8:0.6:panel:bf16",
        "bsr:8:0.6:threshold", "bsr:8:0.6:random:unbiased", "bsr:8:0.6:global:unbiased"}) {
    const std::string text(store);
    schemes.push_back("exact *.y=" + text + " *.x1=" + text + " *.h=" + text);
  }
  for (const char* operand : {"bsr:8:0.6:unbiased", "bsr:8:0.6:global", "bsr:8:0.6:column"}) {
    const std::string text(operand);
    schemes.push_back("int4 *.dA=" + text + " *.dW1=" + text + " *.dW2=" + text);
  }
  schemes.emplace_back("exact *.h=code4 *.u=int4");
  schemes.emplace_back("exact *.h=code2 *.u=bsr:8:0.6");
  return schemes;
}

INSTANTIATE_TEST_SUITE_P(Stores, LedgerOfSchemes, testing::ValuesIn(every_store()), test_name);
INSTANTIATE_TEST_SUITE_P(NarrowStores, LedgerOfSchemes, testing::ValuesIn(in_bf16(every_store())),
                         test_name);

}  // namespace
}  // namespace actscope::core
