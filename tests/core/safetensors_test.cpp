// SPDX-License-Identifier: Apache-2.0
#include "safetensors.hpp"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include "actscope/base/error.hpp"
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
      {file_of(entry("F16", "[1]", "[0,2]"), "ab"), "element type F16"},
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
    torch::NoGradGuard no_grad;
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
  EXPECT_THAT(load({{"first", first}}), HasSubstr("no tensor second"));
  EXPECT_THAT(load({{"first", first.t()}, {"second", second}}),
              AllOf(HasSubstr("tensor first"), HasSubstr("[3, 2]"), HasSubstr("[2, 3]")));
  EXPECT_THAT(load({{"first", first}, {"second", second}, {"third", second}}),
              HasSubstr("no parameter third"));
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
