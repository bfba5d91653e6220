// SPDX-License-Identifier: Apache-2.0
#include "training/safetensors.hpp"

#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "actscope/base/error.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "temporary_folder.hpp"

namespace actscope::core {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string file_of(const std::string& header, const std::string& data = {}) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header + data;
}

std::string refusal(const std::string& bytes) {
  return error_of<DataError>([&] { (void)parse_safetensors(bytes, "FILE"); });
}

class Pair : public torch::nn::Module {
 public:
  Pair() {
    first = register_parameter("first", torch::arange(6, torch::kFloat32).view({2, 3}));
    second = register_parameter("second", torch::full({2}, 7.0));
  }
  torch::Tensor first, second;
};

TEST(Safetensors, ReadsWhatItWrites) {
  const std::map<std::string, torch::Tensor> tensors{
      {"b.weight", torch::randn({3, 5}).t()},  // strided
      {"a", torch::randn({}, torch::kFloat64)},
      {"c", torch::tensor({-0.0F, INFINITY, NAN})}};
  const auto again = parse_safetensors(format_safetensors(tensors), "FILE");
  ASSERT_EQ(again.size(), 3U);
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(again.at(name).sizes(), tensor.sizes()) << name;
    EXPECT_EQ(again.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::allclose(again.at(name), tensor, 0, 0, /*equal_nan=*/true)) << name;
  }
  EXPECT_TRUE(parse_safetensors(format_safetensors({}), "FILE").empty());
}

TEST(Safetensors, WritesTheDocumentedLayout) {
  const std::string bytes = format_safetensors({{"x", torch::ones({1})}});
  const std::string header = R"({"x":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(bytes, file_of(padded, std::string("\0\0\x80\x3f", 4)));
}

TEST(Safetensors, IgnoresMetadata) {
  const auto tensors = parse_safetensors(
      file_of(R"({"__metadata__":{"k":"v"},"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
              "abcd"),
      "FILE");
  EXPECT_EQ(tensors.size(), 1U);
}

TEST(Safetensors, RefusesFilesCutAtAnyByte) {
  const std::string whole = format_safetensors({{"x", torch::ones({2})}, {"y", torch::ones({1})}});
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    EXPECT_THAT(refusal(whole.substr(0, cut)), HasSubstr("FILE")) << cut;
  }
  EXPECT_THAT(refusal(whole + "x"), HasSubstr("do not fill"));
}

TEST(Safetensors, SurvivesEveryChangedByte) {
  const std::string whole = format_safetensors({{"x", torch::ones({2})}, {"y", torch::ones({1})}});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      try {
        (void)parse_safetensors(changed, "FILE");
      } catch (const DataError&) {  // refused is right, any other error is not
      }
    }
  }
}

TEST(Safetensors, RefusesHostileHeaders) {
  const auto entry = [](const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return R"({"x":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
           offsets + "}}";
  };
  const std::pair<std::string, const char*> cases[] = {
      {file_of("[1]"), "no JSON object"},
      {file_of("{\"x\":"), "no JSON object"},
      {file_of(std::string(5000, '[')), "nested"},
      {file_of(R"({"x":5})"), "lacks"},
      {file_of(R"({"x":{"dtype":"F32"}})"), "lacks"},
      {file_of(entry("I64", "[1]", "[0,8]"), "abcdefgh"), "element type I64"},
      {file_of(entry("F16", "[1]", "[0,4]"), "abcd"), "offsets"},
      {file_of(entry("F32", "[-1]", "[0,4]"), "abcd"), "whole number"},
      {file_of(entry("F32", "[1.5]", "[0,4]"), "abcd"), "whole number"},
      {file_of(entry("F32", "[0]", "[0,0]")), "empty"},
      {file_of(entry("F32", "[0,18446744073709551615]", "[0,0]")), "empty"},
      {file_of(entry("F32", "[4611686018427387904,4]", "[0,4]"), "abcd"), "larger"},
      {file_of(entry("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), "abcd"), "dimensions"},
      {file_of(entry("F32", "[1]", "[4,0]"), "abcd"), "offsets"},
      {file_of(entry("F32", "[1]", "[0,8]"), "abcd"), "offsets"},
      {file_of(entry("F32", "[1]", "[18446744073709551612,18446744073709551616]"), "abcd"),
       "whole numbers"},
      {file_of(entry("F32", "[1]", "[-4,0]"), "abcd"), "whole numbers"},
      {file_of(entry("F32", "[1]", "[4,8]"), "abcdefgh"), "overlap or leave gaps"},
      // Two of the same bytes and a hole: the sum of the sizes alone would be right.
      {file_of(R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
               R"("y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
               "abcdefgh"),
       "overlap or leave gaps"},
      {std::string("\xff\xff\xff\xff\xff\xff\xff\xff", 8) + "{}", "truncated"},
      {"myhost\n", "shorter"},
      {"a longer text that is no weights file\n", "not safetensors"},
  };
  for (const auto& [bytes, text] : cases) EXPECT_THAT(refusal(bytes), HasSubstr(text));
}

TEST(LoadWeights, FillsAModule) {
  const TemporaryFolder folder;
  Pair saved;
  save_weights(saved, folder / "w.safetensors");
  Pair loaded;
  {
    at::NoGradGuard no_grad;
    loaded.first.zero_();
    loaded.second.zero_();
  }
  load_weights(loaded, folder / "w.safetensors");
  EXPECT_TRUE(torch::equal(loaded.first, saved.first));
  EXPECT_TRUE(torch::equal(loaded.second, saved.second));
  EXPECT_TRUE(loaded.first.requires_grad());
}

TEST(LoadWeights, NamesTheTensorThatDoesNotFit) {
  const TemporaryFolder folder;
  const auto load = [&](const std::map<std::string, torch::Tensor>& tensors) {
    folder.write("w", format_safetensors(tensors));
    Pair module;
    return error_of<DataError>([&] { load_weights(module, folder / "w"); });
  };
  const torch::Tensor first = torch::ones({2, 3}), second = torch::ones({2});
  EXPECT_THAT(load({{"first", first}}), HasSubstr("it lacks second"));
  EXPECT_THAT(load({{"first", first.t()}, {"second", second}}),
              HasSubstr("shapes differ: first [3, 2] instead of [2, 3]"));
  EXPECT_THAT(load({{"first", first}, {"second", second}, {"third", second}}),
              HasSubstr("the model has no third"));
}

TEST(LoadWeights, TellsEveryKindOfMisfitInOneLine) {
  const TemporaryFolder folder;
  folder.write("w", format_safetensors({{"first", torch::ones({3})},
                                        {"a", torch::ones({1})},
                                        {"b", torch::ones({1})},
                                        {"c", torch::ones({1})},
                                        {"d", torch::ones({1})}}));
  Pair module;
  const torch::Tensor before = module.first.clone();
  EXPECT_THAT(error_of<DataError>([&] { load_weights(module, folder / "w"); }),
              AllOf(HasSubstr("it lacks second; shapes differ: first [3]"),
                    HasSubstr("the model has no a, b, c and 1 more")));
  EXPECT_TRUE(torch::equal(module.first, before)) << "a refused file changes nothing";
}

TEST(LoadWeights, ReadsHalfPrecisionIntoTheTypeOfTheModel) {
  const TemporaryFolder folder;
  for (const auto type : {torch::kFloat16, torch::kBFloat16, torch::kFloat64}) {
    const torch::Tensor first = torch::randn({2, 3}).to(type), second = torch::randn({2}).to(type);
    folder.write("w", format_safetensors({{"first", first}, {"second", second}}));
    Pair module;
    load_weights(module, folder / "w");
    EXPECT_EQ(module.first.scalar_type(), torch::kFloat32);
    EXPECT_TRUE(torch::equal(module.first, first.to(torch::kFloat32))) << type;
    EXPECT_TRUE(torch::equal(module.second, second.to(torch::kFloat32))) << type;
  }
}

const ResMlpGeometry tiny{
    .image_size = 8, .patch = 2, .in_channels = 3, .dim = 8, .depth = 2, .classes = 4};

ResMlp tiny_model(std::uint64_t seed) {
  return {tiny, make_scheme(RunConfig{}, tiny), seed, 1 << 20};
}

TEST(Weights, OfBothNamingsAreReadAlike) {
  const TemporaryFolder folder;
  const ResMlp saved = tiny_model(1);
  save_weights(saved, folder / "timm", WeightNames::timm);
  save_weights(saved, folder / "original", WeightNames::original);
  for (const char* file : {"timm", "original"}) {
    ResMlp loaded = tiny_model(2);
    load_weights(loaded, folder / file);
    const auto expected = saved.named_parameters();
    for (const auto& parameter : loaded.named_parameters()) {
      EXPECT_TRUE(torch::equal(parameter.value(), expected[parameter.key()])) << parameter.key();
    }
  }
  const auto timm = parse_safetensors(folder.read("timm"), "timm");
  const auto original = parse_safetensors(folder.read("original"), "original");
  EXPECT_EQ(timm.size(), original.size());
  EXPECT_EQ(timm.at("blocks.0.norm1.alpha").sizes(), (torch::IntArrayRef{1, 1, 8}));
  EXPECT_EQ(original.at("blocks.0.norm1.alpha").sizes(), torch::IntArrayRef{8});
  for (const char* name : {"patch_embed.proj.weight", "blocks.1.attn.weight", "blocks.1.gamma_2",
                           "blocks.1.mlp.fc1.bias", "norm.beta", "head.weight"}) {
    EXPECT_TRUE(original.contains(name)) << name;
  }
}

TEST(Weights, OfTwoNamingsForOneParameterAreRefused) {
  const TemporaryFolder folder;
  ResMlp model = tiny_model(1);
  save_weights(model, folder / "w", WeightNames::original);
  auto tensors = parse_safetensors(folder.read("w"), "w");
  tensors.emplace("blocks.0.ls1", tensors.at("blocks.0.gamma_1"));
  folder.write("both", format_safetensors(tensors));
  EXPECT_THAT(error_of<DataError>([&] { load_weights(model, folder / "both"); }),
              AllOf(HasSubstr("blocks.0.gamma_1"), HasSubstr("blocks.0.ls1")));
  tensors.erase("blocks.0.ls1");
  tensors["blocks.0.norm1.alpha"] = torch::ones({1, 1, 9});
  tensors.erase("blocks.1.gamma_2");
  folder.write("misfit", format_safetensors(tensors));
  EXPECT_THAT(
      error_of<DataError>([&] { load_weights(model, folder / "misfit"); }),
      AllOf(HasSubstr("it lacks blocks.1.gamma_2"), HasSubstr("blocks.0.norm1.alpha [1, 1, 9]")));
}

TEST(LoadWeights, RefusesFilesThatAreNoneAndFoldersThatAreNotThere) {
  const TemporaryFolder folder;
  folder.write("hostname", "myhost\n");
  Pair module;
  EXPECT_THAT(error_of<DataError>([&] { load_weights(module, folder / "hostname"); }),
              HasSubstr("safetensors"));
  EXPECT_THROW(load_weights(module, folder / "missing"), DataError);
  EXPECT_THROW(load_weights(module, folder.path()), DataError);
  EXPECT_THROW(save_weights(module, folder / "no/such/folder"), EnvironmentError);
}

}  // namespace
}  // namespace actscope::core
