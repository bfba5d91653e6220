// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/byte_model.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/presets.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t workspace = std::int64_t{64} << 20;

Scheme scheme_of(const std::string& name, const ResMlpGeometry& geometry, std::int64_t block = 16,
                 double sparsity = 0.8, std::vector<std::string> slots = {}) {
  RunConfig config;
  config.scheme = name;
  config.block_rows = config.block_cols = block;
  config.sparsity_ratio = sparsity;
  config.slot_overrides = std::move(slots);
  return make_scheme(config, geometry);
}

FootprintRecord predict(const std::string& name, const ResMlpGeometry& geometry, std::int64_t batch,
                        ElementType type = ElementType::fp32) {
  return predict_footprint(geometry, scheme_of(name, geometry), batch, type, workspace);
}

std::int64_t block_bytes(const FootprintRecord& record) {
  std::int64_t bytes = 0;
  for (const LayerFootprint& layer : record.layers) {
    if (!layer.name.starts_with("blocks.")) continue;
    for (const SlotFootprint& slot : layer.slots) bytes += *slot.predicted_bytes;
  }
  return bytes;
}

const SlotFootprint& slot_of(const FootprintRecord& record, std::size_t layer, Slot slot) {
  return record.layers.at(layer).slots.at(static_cast<std::size_t>(slot));
}

TEST(ByteModel, DenseBlocksKeepFourteenUnits) {
  const std::pair<const char*, std::int64_t> expected[] = {
      {"resmlp_s12", 12 * 14 * 75'264LL * 4},
      {"resmlp_s24", 24 * 14 * 75'264LL * 4},
      {"resmlp_s36", 36 * 14 * 75'264LL * 4},
      {"resmlp_b24_8", 24 * 14 * 784LL * 768 * 4}};
  for (const auto& [name, bytes] : expected) {
    const FootprintRecord record = predict("dense", published_geometry(name), 1);
    EXPECT_EQ(block_bytes(record), bytes) << name;
    EXPECT_EQ(record.totals.saved_bytes, record.totals.dense_saved_bytes);
    EXPECT_EQ(record.totals.parameters, parameter_count(published_geometry(name)));
  }
}

TEST(ByteModel, Bf16HalvesValuesAndLeavesCodesAndIndices) {
  const ResMlpGeometry s12 = published_geometry("resmlp_s12");
  for (const char* scheme : {"dense", "exact", "checkpoint", "pool"}) {
    EXPECT_EQ(2 * block_bytes(predict(scheme, s12, 3, ElementType::bf16)),
              block_bytes(predict(scheme, s12, 3)))
        << scheme;
  }
  for (const char* scheme : {"int8", "int4", "int2", "int4-bsr", "int2-bsr", "checkpoint-int4"}) {
    EXPECT_EQ(block_bytes(predict(scheme, s12, 3, ElementType::bf16)),
              block_bytes(predict(scheme, s12, 3)))
        << scheme;
  }
  const FootprintRecord wide = predict("linear-bsr", s12, 3);
  const FootprintRecord narrow = predict("linear-bsr", s12, 3, ElementType::bf16);
  EXPECT_EQ(narrow.dtype, "bf16");
  for (const Slot slot : {Slot::y, Slot::u}) {
    const SlotFootprint& w = slot_of(wide, 1, slot);
    const SlotFootprint& n = slot_of(narrow, 1, slot);
    EXPECT_EQ(2 * *n.dense_bytes, *w.dense_bytes);
    EXPECT_EQ(n.index_bytes, w.index_bytes);
    EXPECT_EQ(2 * (*n.predicted_bytes - n.index_bytes), *w.predicted_bytes - w.index_bytes);
  }
  // The loss is fp32's, and so are the parameters in the estimate of the peak.
  EXPECT_EQ(narrow.layers.back().slots[0].predicted_bytes, 3 * 1000 * 4);
  EXPECT_GT(narrow.totals.peak_bytes, 4 * 4 * narrow.totals.parameters);
  EXPECT_EQ(narrow_copy_bytes(s12), 2 * (15'350'872 - (384 * 3 * 16 * 16 + 384) - 1000 * 385));
}

TEST(ByteModel, TheLayersOfATinyModelByHand) {
  // 1 image, 4 tokens, dim 2, hidden 4, 3 classes, fp32.
  const ResMlpGeometry tiny{
      .image_size = 2, .patch = 1, .dim = 2, .depth = 1, .classes = 3, .expansion = 2};
  RunConfig config;
  config.block_rows = config.block_cols = 2;
  const Scheme scheme = make_scheme(config, tiny);
  const FootprintRecord record = predict_footprint(tiny, scheme, 1, ElementType::fp32, workspace);
  ASSERT_EQ(record.layers.size(), 4U);
  EXPECT_EQ(record.layers[0].name, "stem");
  EXPECT_TRUE(record.layers[0].slots.empty());
  EXPECT_EQ(block_bytes(record), (6 * 8 + 2 * 16) * 4);
  EXPECT_EQ(record.layers[2].slots[0].predicted_bytes, 8 * 4);  // tail x
  EXPECT_EQ(record.layers[2].slots[1].predicted_bytes, 2 * 4);  // pooled
  EXPECT_EQ(record.layers[3].slots[0].predicted_bytes, 3 * 4);  // log p
  EXPECT_EQ(record.layers[3].slots[1].predicted_bytes, 4);      // total weight
  EXPECT_EQ(record.totals.saved_bytes, (80 + 8 + 2 + 3 + 1) * 4);
}

TEST(ByteModel, SumsOfSlotsAreTheTotals) {
  const ResMlpGeometry g{.dim = 48, .depth = 2};
  for (const std::string& name : preset_names()) {
    const FootprintRecord record = predict(name, g, 5);
    std::int64_t predicted = 0, dense = 0;
    for (const LayerFootprint& layer : record.layers) {
      for (const SlotFootprint& slot : layer.slots) {
        predicted += *slot.predicted_bytes;
        dense += *slot.dense_bytes;
        EXPECT_LE(slot.index_bytes, *slot.predicted_bytes) << name << " " << slot.name;
        EXPECT_FALSE(slot.stored_bytes.has_value());
      }
    }
    EXPECT_EQ(record.totals.saved_bytes, predicted) << name;
    EXPECT_EQ(record.totals.dense_saved_bytes, dense) << name;
    EXPECT_EQ(dense, predict("dense", g, 5).totals.saved_bytes) << name;
    EXPECT_GT(record.totals.peak_bytes, predicted) << name;
    EXPECT_EQ(record.scheme, name);
    EXPECT_EQ(record.batch, 5);
  }
}

TEST(ByteModel, SchemesSaveTheFactorsOfTheirTable) {
  const ResMlpGeometry s12 = published_geometry("resmlp_s12");
  const auto units = [&](const char* name) {
    return static_cast<double>(block_bytes(predict(name, s12, 8))) / (12.0 * 8 * 75'264 * 4);
  };
  EXPECT_EQ(units("dense"), 14);
  EXPECT_EQ(units("exact"), 6);
  EXPECT_EQ(units("checkpoint"), 1);
  EXPECT_NEAR(units("linear-bsr"), 8 + 6 * 0.2, 0.05);
  EXPECT_NEAR(units("exact-bsr"), 4 + 2 * 0.2, 0.05);
  EXPECT_NEAR(units("int8"), 6 * (1 + 4.0 / 128) / 4, 1e-9);
  EXPECT_NEAR(units("int4"), 6 * (0.5 + 4.0 / 128) / 4, 1e-9);
  EXPECT_NEAR(units("int4-bsr"), units("int4") + 5.0 / 8 / 4 / 256, 1e-3);  // a bit a block
  EXPECT_NEAR(units("int2"), 0.42, 0.005);
  EXPECT_NEAR(units("int2-bsr"), units("int2") + 5.0 / 8 / 4 / 256, 1e-3);
  EXPECT_NEAR(units("checkpoint-int4"), 0.13, 0.005);
  // Values and 16-bit places of a fifth of the elements; a quarter of the tokens.
  EXPECT_NEAR(units("topk"), 8 + 6 * 0.2 * 1.5, 0.01);
  EXPECT_EQ(units("pool"), 8 + 6 * 0.25);
  // The factors of the table of presets, dense over each.
  EXPECT_NEAR(14 / units("int2"), 33, 1);
  EXPECT_NEAR(14 / units("int2-bsr"), 33, 1);
  EXPECT_GT(14 / units("checkpoint-int4"), 100);
}

TEST(ByteModel, PaddingIndexAndScalesAreCounted) {
  // 2 images of 49 tokens, dim 12, hidden 48; blocks 8×8 at 50 %.
  const ResMlpGeometry g{.image_size = 7, .patch = 1, .dim = 12, .depth = 1};
  const Scheme bsr = scheme_of("exact", g, 8, 0.5, {"*.x=bsr:8:0.5", "*.x1=bsr:8:0.5", "*.h=int8"});
  const FootprintRecord record = predict_footprint(g, bsr, 2, ElementType::fp64, workspace);
  // x: 2 panels of 7×2 blocks, 7 kept each; a word of mask and 3 starts a panel.
  EXPECT_EQ(slot_of(record, 1, Slot::x).index_bytes, 2 * (1 + 3) * 4);
  EXPECT_EQ(slot_of(record, 1, Slot::x).predicted_bytes, 2 * 7 * 64 * 8 + 2 * 4 * 4);
  // x1: 98 rows are one panel of 13×2 blocks.
  EXPECT_EQ(slot_of(record, 1, Slot::x1).index_bytes, (1 + 3) * 4);
  EXPECT_EQ(slot_of(record, 1, Slot::x1).predicted_bytes, 13 * 64 * 8 + 16);
  // h: 98·48 = 4704 codes in 37 groups.
  EXPECT_EQ(slot_of(record, 1, Slot::h).index_bytes, 37 * 4);
  EXPECT_EQ(slot_of(record, 1, Slot::h).predicted_bytes, 4704 + 37 * 4);
  EXPECT_EQ(slot_of(record, 1, Slot::h).store, "int8");
  EXPECT_EQ(slot_of(record, 1, Slot::u).predicted_bytes, 0);
  EXPECT_EQ(slot_of(record, 1, Slot::u).dense_bytes, 4704 * 8);
}

TEST(ByteModel, BytesAreLinearInTheBatchWhereNothingIsPadded) {
  const ResMlpGeometry s12 = published_geometry("resmlp_s12");
  for (const char* name : {"dense", "exact", "int4", "checkpoint"}) {
    EXPECT_EQ(block_bytes(predict(name, s12, 64)), 64 * block_bytes(predict(name, s12, 1))) << name;
  }
  EXPECT_EQ(block_bytes(predict("exact", s12, 3, ElementType::fp64)),
            2 * block_bytes(predict("exact", s12, 3)));
}

TEST(ByteModel, ALargeModelDoesNotOverflow) {
  const FootprintRecord record = predict("dense", published_geometry("resmlp_b24_8"), 1'000'000);
  EXPECT_EQ(block_bytes(record), 1'000'000LL * 24 * 14 * 784 * 768 * 4);
}

TEST(ByteModel, RefusesABatchBelowOne) {
  const ResMlpGeometry g;
  const Scheme scheme = scheme_of("exact", g);
  for (std::int64_t batch : {std::int64_t{0}, std::int64_t{-3}}) {
    EXPECT_THROW((void)predict_footprint(g, scheme, batch, ElementType::fp32, workspace),
                 ConfigError);
  }
}

TEST(ByteModel, ElementTypesHaveNames) {
  EXPECT_EQ(parse_element_type("fp32"), ElementType::fp32);
  EXPECT_EQ(parse_element_type("fp64"), ElementType::fp64);
  EXPECT_EQ(parse_element_type("bf16"), ElementType::bf16);
  EXPECT_THROW((void)parse_element_type("half"), ConfigError);
  EXPECT_THROW((void)parse_element_type(""), ConfigError);
}

}  // namespace
}  // namespace actscope::core
