// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "temporary_folder.hpp"
#include "training/checkpoint_file.hpp"
#include "training_support.hpp"

namespace actscope::core {
namespace {

using testing::AllOf;
using testing::HasSubstr;

RunConfig run_into(const std::string& out, const std::string& scheme = "dense") {
  RunConfig config = tiny_run(scheme);
  config.epochs = 2;
  config.out = out;
  return config;
}

// Everything in a run's record that does not depend on the clock.
void expect_same_run(const RunRecord& a, const RunRecord& b) {
  EXPECT_EQ(a.status, RunStatus::completed);
  EXPECT_EQ(b.status, RunStatus::completed);
  EXPECT_EQ(a.summary.weights_sha256, b.summary.weights_sha256);
  EXPECT_EQ(a.summary.steps, b.summary.steps);
  EXPECT_EQ(a.step_times_s.size(), b.step_times_s.size());
  EXPECT_EQ(a.summary.saved_bytes.value, b.summary.saved_bytes.value);
  ASSERT_EQ(a.accuracy.size(), b.accuracy.size());
  for (std::size_t i = 0; i < a.accuracy.size(); ++i) {
    EXPECT_EQ(a.accuracy[i].step, b.accuracy[i].step);
    EXPECT_EQ(a.accuracy[i].epoch, b.accuracy[i].epoch);
    EXPECT_EQ(a.accuracy[i].train_loss.value, b.accuracy[i].train_loss.value);
    EXPECT_EQ(a.accuracy[i].train_accuracy_ratio.value, b.accuracy[i].train_accuracy_ratio.value);
    EXPECT_EQ(a.accuracy[i].heldout_loss.value, b.accuracy[i].heldout_loss.value);
    EXPECT_EQ(a.accuracy[i].heldout_accuracy_ratio.value,
              b.accuracy[i].heldout_accuracy_ratio.value);
  }
}

TEST(Checkpoint, AStoppedAndResumedRunEqualsOneNeverStopped) {
  for (const char* scheme : {"dense", "int4-bsr"}) {
    const RunRecord straight = train(run_into("", scheme), {});
    for (std::int64_t stop : {1, 7, 8, 13}) {  // 8 is the end of an epoch
      const TemporaryFolder folder;
      const RunConfig config = run_into(folder / "run", scheme);
      const RunRecord stopped = train(config, stop_after(stop));
      EXPECT_EQ(stopped.status, RunStatus::interrupted);
      EXPECT_EQ(stopped.summary.steps, stop);
      EXPECT_THAT(stopped.status_reason, HasSubstr("of 16"));
      expect_same_run(straight, resume(config, {}));
    }
  }
}

TEST(Checkpoint, ABf16RunGoesOnToTheBit) {
  const auto narrow = [](RunConfig config) {
    config.dtype = "bf16";
    return config;
  };
  for (const char* scheme : {"dense", "int4-bsr"}) {
    const RunRecord straight = train(narrow(run_into("", scheme)), {});
    const TemporaryFolder folder;
    const RunConfig config = narrow(run_into(folder / "run", scheme));
    EXPECT_EQ(train(config, stop_after(7)).summary.steps, 7);
    expect_same_run(straight, resume(config, {}));
    // With another element type it is another run, which cannot continue this one.
    EXPECT_EQ(train(config, stop_after(7)).summary.steps, 7);
    EXPECT_THROW((void)resume(run_into(folder / "run", scheme), {}), DataError);
  }
}

TEST(Checkpoint, HoldsLambTheAverageAndTheDrawsOfDropPath) {
  const auto with_all = [](RunConfig config) {
    config.optimizer = "lamb";
    config.ema_decay = 0.8;
    config.drop_path_ratio = 0.3;
    return config;
  };
  const RunRecord straight = train(with_all(run_into("", "int4-bsr")), {});
  EXPECT_NE(straight.summary.weights_sha256,
            train(run_into("", "int4-bsr"), {}).summary.weights_sha256);
  for (std::int64_t stop : {1, 8, 13}) {
    const TemporaryFolder folder;
    const RunConfig config = with_all(run_into(folder / "run", "int4-bsr"));
    EXPECT_EQ(train(config, stop_after(stop)).summary.steps, stop);
    expect_same_run(straight, resume(config, {}));
  }
}

TEST(Checkpoint, ARunMayBeStoppedManyTimes) {
  const TemporaryFolder folder;
  const RunConfig config = run_into(folder / "run", "exact");
  EXPECT_EQ(train(config, stop_after(1)).summary.steps, 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(resume(config, stop_after(3)).summary.steps, 4 + 3 * i);
  expect_same_run(train(run_into("", "exact"), {}), resume(config, {}));
}

TEST(Checkpoint, StopAfterTheLastStepIsDone) {
  const TemporaryFolder folder;
  EXPECT_EQ(train(run_into(folder / "run"), stop_after(16)).status, RunStatus::completed);
}

TEST(Checkpoint, ComesEveryFewStepsAndDoesNotChangeTheRun) {
  const TemporaryFolder folder;
  RunConfig config = run_into(folder / "run");
  config.checkpoint_every = 5;
  const RunRecord straight = train(config, {});
  expect_same_run(straight, train(run_into(""), {}));
  // The last one is of step 15: one step is left.
  const RunRecord resumed = resume(config, {});
  expect_same_run(straight, resumed);
  const auto files = std::filesystem::directory_iterator(config.out);
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);  // no temporary file stays
}

TEST(Checkpoint, OfTheLastStepLeavesNothingToDo) {
  const TemporaryFolder folder;
  RunConfig config = run_into(folder / "run");
  config.checkpoint_every = 8;
  const RunRecord straight = train(config, {});
  const RunRecord resumed = resume(config, {});
  EXPECT_EQ(resumed.summary.weights_sha256, straight.summary.weights_sha256);
  EXPECT_EQ(resumed.accuracy.size(), 2U);
  EXPECT_FALSE(resumed.summary.saved_bytes.value);
  EXPECT_THAT(resumed.summary.saved_bytes.reason, HasSubstr("no step"));
}

TEST(Checkpoint, IsRefusedWhereItIsTruncatedForeignOrMissing) {
  const TemporaryFolder folder;
  const RunConfig config = run_into(folder.path().string());
  const auto refusal = [&] { return error_of<DataError>([&] { (void)resume(config, {}); }); };
  EXPECT_THAT(refusal(), HasSubstr("no checkpoint.safetensors"));
  (void)train(config, stop_after(2));
  const std::string whole = folder.read(checkpoint_name);
  for (std::size_t part = 0; part < 8; ++part) {
    folder.write(checkpoint_name, whole.substr(0, whole.size() * part / 8));
    EXPECT_THAT(refusal(), AllOf(HasSubstr(checkpoint_name), HasSubstr("--force"))) << part;
  }
  folder.write(checkpoint_name, whole.substr(0, whole.size() - 1));
  EXPECT_THAT(refusal(), HasSubstr(checkpoint_name));
  folder.write(checkpoint_name, "myhost\n");
  EXPECT_THAT(refusal(), HasSubstr(checkpoint_name));
  folder.write(checkpoint_name, whole);
  EXPECT_EQ(resume(config, {}).status, RunStatus::completed);
}

TEST(Checkpoint, OfAnEarlierVersionIsRefusedWithAWord) {
  const TemporaryFolder folder;
  const RunConfig config = run_into(folder.path().string());
  folder.write("checkpoint.pt", "PK");
  EXPECT_THAT(error_of<DataError>([&] { (void)resume(config, {}); }),
              AllOf(HasSubstr("earlier version"), HasSubstr("--force")));
}

TEST(Checkpoint, AFlippedBitIsNoticedWhereverItIs) {
  const TemporaryFolder folder;
  const RunConfig config = run_into(folder.path().string());
  (void)train(config, stop_after(2));
  const std::string whole = folder.read(checkpoint_name);
  for (std::size_t i = 0; i < 24; ++i) {
    std::string changed = whole;
    const std::size_t at = i * (whole.size() - 1) / 23;
    changed[at] = static_cast<char>(changed[at] ^ 1 << i % 8);
    folder.write(checkpoint_name, changed);
    EXPECT_THAT(error_of<DataError>([&] { (void)resume(config, {}); }), HasSubstr("--force")) << at;
  }
}

// Right checksums, wrong contents: as a program that writes our format badly would leave it.
TEST(Checkpoint, TensorsOfAnotherTrainingAreRefused) {
  const TemporaryFolder folder;
  const RunConfig config = run_into(folder.path().string());
  (void)train(config, stop_after(2));
  const std::string whole = folder.read(checkpoint_name);
  const auto refusal = [&](auto change) {
    Checkpoint checkpoint = parse_checkpoint(whole, "FILE");
    change(checkpoint.state, checkpoint.tensors);
    write_checkpoint(folder.path() / checkpoint_name, checkpoint.state, checkpoint.tensors);
    return error_of<DataError>([&] { (void)resume(config, {}); });
  };
  using State = CheckpointState;
  using Tensors = std::vector<TensorEntry>;
  EXPECT_THAT(refusal([](State&, Tensors& t) { t.pop_back(); }), HasSubstr("lacks tensor"));
  EXPECT_THAT(refusal([](State&, Tensors& t) {
                t.push_back(t.front());
                t.back().name = "more";
              }),
              HasSubstr("tensors that this run has not"));
  EXPECT_THAT(refusal([](State&, Tensors& t) { t.front().shape.push_back(1); }),
              HasSubstr("another type or shape"));
  EXPECT_THAT(refusal([](State&, Tensors& t) {
                t.front().dtype = "F64";
                t.front().shape = {static_cast<std::int64_t>(t.front().bytes.size() / 8)};
              }),
              HasSubstr("another type or shape"));
  EXPECT_THAT(
      refusal([](State& s, Tensors&) { s.optimizer_steps.erase(s.optimizer_steps.begin()); }),
      HasSubstr("tensors that this run has not"));
  EXPECT_THAT(refusal([](State& s, Tensors&) { s.optimizer_steps["nobody"] = 1; }),
              HasSubstr("no parameter nobody"));
  EXPECT_THAT(refusal([](State& s, Tensors&) { s.step = 17; }), HasSubstr("another configuration"));
  EXPECT_THAT(refusal([](State& s, Tensors&) { s.correct = 17; }),
              HasSubstr("another configuration"));
  EXPECT_THAT(refusal([](State& s, Tensors&) { s.step = 3; }), HasSubstr("step_times_s"));
  folder.write(checkpoint_name, whole);
  EXPECT_EQ(resume(config, {}).status, RunStatus::completed);
}

TEST(Checkpoint, IsRefusedForAnotherConfiguration) {
  const TemporaryFolder folder;
  const RunConfig config = run_into(folder.path().string());
  (void)train(config, stop_after(2));
  const auto refusal = [&](auto change) {
    RunConfig other = config;
    change(other);
    return error_of<DataError>([&] { (void)resume(other, {}); });
  };
  const auto is_refused = HasSubstr("another configuration");
  EXPECT_THAT(refusal([](RunConfig& c) { c.learning_rate *= 2; }), is_refused);
  EXPECT_THAT(refusal([](RunConfig& c) { c.scheme = "int4"; }), is_refused);
  EXPECT_THAT(refusal([](RunConfig& c) { c.seed = 9; }), is_refused);
  EXPECT_THAT(refusal([](RunConfig& c) { c.dim = 12; }), is_refused);
  EXPECT_THAT(refusal([](RunConfig& c) { c.epochs = 3; }), is_refused);
  EXPECT_THAT(refusal([](RunConfig& c) { c.optimizer = "lamb"; }), is_refused);
  EXPECT_THAT(refusal([](RunConfig& c) { c.ema_decay = 0.9; }), is_refused);
  EXPECT_THAT(refusal([](RunConfig& c) { c.drop_path_ratio = 0.1; }), is_refused);
}

}  // namespace
}  // namespace actscope::core
