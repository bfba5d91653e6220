// SPDX-License-Identifier: Apache-2.0
// Checkpoints as files: what is written comes back, and what is damaged is refused. Needs no
// LibTorch, so that it runs under the sanitizers.
#include "training/checkpoint_file.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/sha256.hpp"
#include "temporary_folder.hpp"
#include "training/checkpoint_state.hpp"

namespace actscope::core {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

CheckpointState small_state() {
  CheckpointState state;
  state.config_digest = "0123abcd";
  state.step = 7;
  state.elapsed_s = 0.1 + 0.2;
  state.loss_sum = std::nextafter(3.0, 4.0);
  state.correct = 11;
  state.steps_summed = 2;
  AccuracyPoint point;
  point.epoch = 1;
  point.step = 5;
  point.elapsed_s = 1.0 / 3;
  point.train_loss = Measured<double>::of(2.5e-300);
  point.train_accuracy_ratio = Measured<double>::of(0.7);
  point.heldout_loss = Measured<double>::missing("not measured");
  point.heldout_accuracy_ratio = Measured<double>::of(1);
  state.accuracy.push_back(point);
  state.optimizer_steps = {{"a.weight", 7}, {"b", 0}};
  return state;
}

std::vector<TensorEntry> small_tensors() {
  return {{"model.a.weight", "F32", {2, 1}, "abcdefgh"},
          {"optimizer.exp_avg.a.weight", "F32", {}, std::string_view("\0\1\2\3", 4)},
          {"step_times_s", "F64", {1}, "01234567"}};
}

std::string small_checkpoint(const CheckpointState& state = small_state()) {
  const TemporaryFolder folder;
  write_checkpoint(folder.path() / checkpoint_name, state, small_tensors());
  return folder.read(checkpoint_name);
}

std::string refusal(const std::string& bytes) {
  return error_of<DataError>([&] { (void)parse_checkpoint(bytes, "FILE"); });
}

// The file with a header that was changed on purpose: its own checksum is right again.
std::string with_header(const std::string& bytes, const auto& change) {
  const auto layout = read_safetensors_layout(bytes, "FILE");
  std::string header(layout.header);
  change(header);
  const std::string key = R"("header_sha256":")";
  const std::size_t place = header.find(key) + key.size();
  header.replace(place, 64, 64, '0');
  Sha256 digest;
  digest.update(header);
  header.replace(place, 64, digest.hex_digest());
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i));
  return length + header + bytes.substr(8 + layout.header.size());
}

auto replacing(const std::string& from, const std::string& to) {
  return [=](std::string& text) {
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
}

TEST(CheckpointFile, GivesBackWhatWasWrittenToTheBit) {
  const std::string bytes = small_checkpoint();
  const Checkpoint checkpoint = parse_checkpoint(bytes, "FILE");
  const CheckpointState &read = checkpoint.state, written = small_state();
  EXPECT_EQ(read.config_digest, written.config_digest);
  EXPECT_EQ(read.step, written.step);
  EXPECT_EQ(read.elapsed_s, written.elapsed_s);
  EXPECT_EQ(read.loss_sum, written.loss_sum);
  EXPECT_EQ(read.correct, written.correct);
  EXPECT_EQ(read.steps_summed, written.steps_summed);
  EXPECT_EQ(read.optimizer_steps, written.optimizer_steps);
  ASSERT_EQ(read.accuracy.size(), 1U);
  EXPECT_EQ(read.accuracy[0].train_loss.value, written.accuracy[0].train_loss.value);
  EXPECT_EQ(read.accuracy[0].elapsed_s, written.accuracy[0].elapsed_s);
  EXPECT_FALSE(read.accuracy[0].heldout_loss.value);
  ASSERT_EQ(checkpoint.tensors.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(checkpoint.tensors[i].name, small_tensors()[i].name);
    EXPECT_EQ(checkpoint.tensors[i].bytes, small_tensors()[i].bytes);
  }
}

TEST(CheckpointFile, NoChangedBitGoesUnnoticed) {
  const std::string whole = small_checkpoint();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const std::string text = refusal(changed);
      EXPECT_THAT(text, AllOf(HasSubstr("FILE"), HasSubstr("--force"), Not(HasSubstr("\n")))) << at;
    }
  }
}

TEST(CheckpointFile, NoOtherByteGoesUnnoticed) {
  const std::string whole = small_checkpoint();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\0', ' ', '"', '9', '\xff'}) {
      std::string changed = whole;
      if (std::exchange(changed[at], byte) == byte) continue;
      (void)refusal(changed);
    }
  }
}

TEST(CheckpointFile, IsRefusedAtEveryLengthButItsOwn) {
  const std::string whole = small_checkpoint();
  for (std::size_t cut = 0; cut < whole.size(); ++cut) (void)refusal(whole.substr(0, cut));
  for (const char* more : {"x", " ", "01234567"}) (void)refusal(whole + more);
}

// Pieces of checkpoints moved, doubled and overwritten at random: refused, and nothing else
// happens.
TEST(CheckpointFile, SurvivesRandomDamage) {
  std::mt19937 random(1);
  const std::string whole = small_checkpoint();
  const auto below = [&](std::size_t n) { return random() % n; };
  for (int i = 0; i < 3000; ++i) {
    std::string changed = whole;
    for (std::size_t k = 0, changes = 1 + below(4); k < changes; ++k) {
      const std::size_t at = below(changed.size());
      const std::string piece = changed.substr(at, 1 + below(40));
      switch (below(4)) {
        case 0:
          changed.erase(at, 1 + below(20));
          break;
        case 1:
          changed.insert(below(changed.size()), piece);
          break;
        case 2:
          changed.replace(below(changed.size()), piece.size(), piece);
          break;
        default:
          changed[at] = static_cast<char>(random());
      }
      if (changed.empty()) changed = "x";
    }
    if (changed != whole) (void)refusal(changed);
  }
}

TEST(CheckpointFile, IsRefusedWhereRightChecksumsHideWrongContents) {
  const std::string whole = small_checkpoint();
  const auto refused = [&](const std::string& from, const std::string& to) {
    return refusal(with_header(whole, replacing(from, to)));
  };
  EXPECT_EQ(with_header(whole, [](std::string&) {}), whole);
  EXPECT_THAT(refused(R"("version":"2")", R"("version":"3")"), HasSubstr("version 3"));
  EXPECT_THAT(refused("actscope.checkpoint", "actscope.checkpoinT"), HasSubstr("no checkpoint"));
  EXPECT_THAT(refused(R"("dtype":"F64")", R"("dtype":"I64")"), HasSubstr("element type"));
  EXPECT_THAT(refused(R"("shape":[2,1])", R"("shape":[2,9223372036854775808])"),
              HasSubstr("larger"));
  EXPECT_THAT(refused(R"("data_offsets":[8,12])", R"("data_offsets":[4,8])"), HasSubstr("overlap"));
  EXPECT_THAT(refused(R"("data_offsets":[8,12])", R"("data_offsets":[9223372036854775808,12])"),
              HasSubstr("offsets"));
  EXPECT_THAT(refused(R"("step_times_s":{"data)", R"("model.a.weight":{"data)"),
              HasSubstr("twice"));
  EXPECT_THAT(refused(R"(\"model.a.weight\":)", R"(\"model.a.weighT\":)"), HasSubstr("checksum"));
  EXPECT_THAT(refused(R"(\"step_times_s\")", R"(\"model.a.weight\")"), HasSubstr("checksum"));
}

TEST(CheckpointFile, NumbersOfItsStateAreBounded) {
  const std::string whole = small_checkpoint();
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {R"(\"step\":7)",
       {R"(\"step\":-1)", R"(\"step\":7.5)", R"(\"step\":1e300)", R"(\"step\":9223372036854775808)",
        R"(\"step\":\"7\")", R"(\"step\":null)", R"(\"step\":4)", R"(\"stop\":7)"}},
      {R"(\"correct\":11)", {R"(\"correct\":-1)", R"(\"correct\":18446744073709551615)"}},
      {R"(\"steps_summed\":2)", {R"(\"steps_summed\":8)", R"(\"steps_summed\":0)"}},
      {R"(\"elapsed_s\":0.30000000000000004)",
       {R"(\"elapsed_s\":-1)", R"(\"elapsed_s\":1e999)", R"(\"elapsed_s\":[])"}},
      {R"(\"epoch\":1)", {R"(\"epoch\":6)", R"(\"epoch\":-1)"}},
      {R"(\"train_accuracy_ratio\":0.7)",
       {R"(\"train_accuracy_ratio\":1.1)", R"(\"train_accuracy_ratio\":-0.1)"}},
      {R"(\"b\":0)", {R"(\"b\":8)", R"(\"b\":-1)", R"(\"b\":0.5)"}},
      {R"(\"accuracy\":[)", {R"(\"accuracy\":[[[[[[[[)", R"(\"accuracy\":[1,)"}},
      {R"(\"config_digest\":\"0123abcd\")", {R"(\"config_digest\":5)"}}};
  for (const auto& [from, wrong] : cases) {
    for (const std::string& to : wrong) {
      EXPECT_THAT(refusal(with_header(whole, replacing(from, to))), HasSubstr("state")) << to;
    }
  }
}

TEST(CheckpointFile, AWriteThatFailsLeavesTheOneBefore) {
  const TemporaryFolder folder;
  write_checkpoint(folder.path() / checkpoint_name, small_state(), small_tensors());
  const std::string before = folder.read(checkpoint_name);
  EXPECT_THROW(write_checkpoint(folder.path() / "none" / checkpoint_name, small_state(), {}),
               EnvironmentError);
  EXPECT_EQ(folder.read(checkpoint_name), before);
  CheckpointState later = small_state();
  later.step = 8;
  write_checkpoint(folder.path() / checkpoint_name, later, small_tensors());
  const std::string now = folder.read(checkpoint_name);
  EXPECT_EQ(parse_checkpoint(now, "FILE").state.step, 8);
}

}  // namespace
}  // namespace actscope::core
