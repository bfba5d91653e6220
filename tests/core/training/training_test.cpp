// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/training.hpp"

#include <c10/core/CPUAllocator.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "temporary_folder.hpp"
#include "training_support.hpp"

namespace actscope::core {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

void expect_same_learning(const RunRecord& a, const RunRecord& b) {
  EXPECT_EQ(a.summary.weights_sha256, b.summary.weights_sha256);
  ASSERT_EQ(a.accuracy.size(), b.accuracy.size());
  for (std::size_t i = 0; i < a.accuracy.size(); ++i) {
    EXPECT_EQ(a.accuracy[i].step, b.accuracy[i].step);
    EXPECT_EQ(a.accuracy[i].train_loss.value, b.accuracy[i].train_loss.value);
    EXPECT_EQ(a.accuracy[i].heldout_loss.value, b.accuracy[i].heldout_loss.value);
  }
}

TEST(Train, EqualConfigurationsGiveEqualBytes) {
  for (const auto& [scheme, threads] : {std::pair{"dense", 1}, {"dense", 2}, {"int4-bsr", 2}}) {
    RunConfig config = tiny_run(scheme);
    config.threads = threads;
    if (threads > 1) config.steps = 3;  // threads wait long for each other on a busy machine
    const RunRecord first = train(config, {});
    const RunRecord second = train(config, {});
    EXPECT_EQ(first.environment.threads, threads);
    expect_same_learning(first, second);
    EXPECT_EQ(first.data_sha256, second.data_sha256);
    EXPECT_EQ(first.summary.saved_bytes.value, second.summary.saved_bytes.value);
    EXPECT_EQ(first.summary.peak_bytes.value, second.summary.peak_bytes.value);
    EXPECT_EQ(first.summary.weights_sha256.size(), 64U);
  }
}

TEST(Train, AnotherSeedGivesOtherWeights) {
  RunConfig config = tiny_run();
  const std::string first = train(config, {}).summary.weights_sha256;
  config.seed = 1;
  EXPECT_NE(train(config, {}).summary.weights_sha256, first);
}

// Long enough for the loss to fall.
RunConfig learning_run(const std::string& scheme) {
  RunConfig config = tiny_run(scheme);
  config.dim = 32;
  config.augment = false;
  config.train_samples = 256;
  config.heldout_samples = 100;
  config.epochs = 3;
  config.learning_rate = 5e-3;
  return config;
}

TEST(Train, Learns) {
  const RunConfig config = learning_run("exact");
  const RunRecord record = train(config, {});
  ASSERT_EQ(record.accuracy.size(), 3U);
  EXPECT_LT(*record.accuracy.back().train_loss.value, *record.accuracy.front().train_loss.value);
  EXPECT_GT(*record.summary.heldout_accuracy_ratio.value, 0.8);  // chance gives 0.25
}

TEST(Train, MeasuresWhatItPredictsForEveryScheme) {
  std::vector<std::tuple<std::string, double, std::string>> cases;
  for (const std::string& scheme : preset_names()) {
    for (const double drop_path : {0.0, 0.4}) {
      for (const char* dtype : {"fp32", "bf16"}) cases.emplace_back(scheme, drop_path, dtype);
    }
  }
  for (const auto& [scheme, drop_path, dtype] : cases) {
    SCOPED_TRACE(dtype);
    RunConfig config = tiny_run(scheme);
    config.steps = 3;
    config.dtype = dtype;
    config.drop_path_ratio = drop_path;
    const RunRecord record = train(config, {});
    const RunSummary& summary = record.summary;
    EXPECT_EQ(record.status, RunStatus::completed) << record.status_reason;
    EXPECT_EQ(*summary.saved_bytes.value, *summary.predicted_saved_bytes.value) << scheme;
    EXPECT_EQ(*summary.residual_bytes.value, 0) << scheme;
    EXPECT_GT(*summary.peak_bytes.value, *summary.saved_bytes.value) << scheme;
    EXPECT_THAT(record.warnings, IsEmpty()) << scheme;
    std::int64_t stored = 0;
    for (const LayerFootprint& layer : record.layers) {
      for (const SlotFootprint& slot : layer.slots) {
        EXPECT_EQ(slot.stored_bytes, slot.predicted_bytes) << scheme << layer.name << slot.name;
        stored += slot.stored_bytes.value_or(0);
      }
    }
    EXPECT_EQ(stored, *summary.saved_bytes.value) << scheme;
  }
}

TEST(Train, Bf16KeepsHalfOfWhatIsKeptAsItIs) {
  for (const char* scheme : {"dense", "exact", "checkpoint"}) {
    RunConfig config = tiny_run(scheme);
    config.steps = 2;
    const RunSummary wide = train(config, {}).summary;
    config.dtype = "bf16";
    const RunSummary narrow = train(config, {}).summary;
    const std::int64_t loss_bytes = config.batch * *config.classes * 4 + 4;  // in fp32
    EXPECT_EQ((*wide.saved_bytes.value - loss_bytes) / 2 + loss_bytes, *narrow.saved_bytes.value);
    EXPECT_EQ((*wide.dense_saved_bytes.value - loss_bytes) / 2 + loss_bytes,
              *narrow.dense_saved_bytes.value);
  }
}

TEST(Train, Bf16LearnsAsFp32Does) {
  for (const char* scheme : {"dense", "exact", "int4-bsr"}) {
    RunConfig config = learning_run(scheme);
    const RunRecord wide = train(config, {});
    config.dtype = "bf16";
    const RunRecord narrow = train(config, {});
    ASSERT_EQ(narrow.accuracy.size(), 3U) << narrow.status_reason;
    const double first = *narrow.accuracy.front().train_loss.value;
    const double last = *narrow.accuracy.back().train_loss.value;
    EXPECT_LT(last, 0.8 * first) << scheme;
    EXPECT_NEAR(last, *wide.accuracy.back().train_loss.value, 0.05 * first) << scheme;
    EXPECT_GT(*narrow.summary.heldout_accuracy_ratio.value, 0.8) << scheme;
  }
}

TEST(Train, EqualBf16RunsGiveEqualWeightsOfFp32) {
  const TemporaryFolder folder;
  for (const char* scheme : {"dense", "int4-bsr"}) {
    RunConfig config = tiny_run(scheme);
    config.dtype = "bf16";
    config.save_weights = folder / "w.safetensors";
    const RunRecord first = train(config, {});
    expect_same_learning(first, train(config, {}));
    const std::string file = folder.read("w.safetensors");
    EXPECT_THAT(file, AllOf(HasSubstr("\"F32\""), testing::Not(HasSubstr("BF16"))));
    // Steps so small that they do not change the accuracy: the weights give what they gave before.
    RunConfig still = config;
    still.weights = config.save_weights;
    still.save_weights.clear();
    still.steps = 1;
    still.learning_rate = 1e-12;
    still.weight_decay = 0;
    EXPECT_EQ(*train(still, {}).summary.heldout_accuracy_ratio.value,
              *first.summary.heldout_accuracy_ratio.value)
        << scheme;
  }
}

TEST(Train, GradientErrorsAndSchedulesGoWithBf16) {
  RunConfig config = tiny_run("int4-bsr");
  config.dtype = "bf16";
  config.schedule = "warmup:2";
  config.steps = 4;
  const RunSummary plain = train(config, {}).summary;
  config.gradient_errors = 1;
  const RunRecord probed = train(config, {});
  EXPECT_EQ(probed.summary.weights_sha256, plain.weights_sha256);
  EXPECT_EQ(*probed.summary.saved_bytes.value, *probed.summary.predicted_saved_bytes.value);
  EXPECT_EQ(*probed.summary.peak_bytes.value, *plain.peak_bytes.value);
  ASSERT_FALSE(probed.gradients.empty());
  for (const GradientError& error : probed.gradients) {
    EXPECT_GT(error.cosine, 0.5) << error.layer << error.parameter;
  }
}

TEST(Train, AHiddenTensorShowsAsResidual) {
  for (const char* scheme : {"dense", "exact", "int4"}) {
    RunConfig config = tiny_run(scheme);
    config.steps = 1;
    c10::DataPtr hidden;
    TrainingHooks hooks;
    hooks.before_count = [&] { hidden = c10::GetCPUAllocator()->allocate(4096); };
    const RunRecord record = train(config, hooks);
    EXPECT_EQ(*record.summary.residual_bytes.value, 4096) << scheme;
    EXPECT_EQ(*record.summary.saved_bytes.value,
              *record.summary.predicted_saved_bytes.value + 4096);
    EXPECT_THAT(record.warnings, testing::ElementsAre(HasSubstr("4096 bytes")));
  }
}

// The autograd graph, which knows nothing of stores, holds what they registered.
TEST(Train, TheGraphHoldsWhatTheAllocatorGave) {
  for (const std::string& scheme : preset_names()) {
    RunConfig config = tiny_run(scheme);
    config.steps = 3;
    config.drop_path_ratio = 0.4;
    config.dtype = scheme == "dense" || scheme == "int4-bsr" ? "bf16" : "fp32";
    const RunRecord record = train(config, {});
    ASSERT_TRUE(record.ledger) << scheme;
    EXPECT_EQ(record.ledger->step, 1) << "the first fills caches";
    EXPECT_EQ(totals_of(*record.ledger).kept_bytes, *record.summary.saved_bytes.value) << scheme;
    EXPECT_EQ(record.ledger->residual_bytes.value, 0) << scheme;
    EXPECT_EQ(record.ledger->known_nodes, record.ledger->nodes) << scheme;
    EXPECT_FALSE(record.memory) << "allocations are recorded from level timeline on";
    for (const LedgerStorage& storage : record.ledger->storages) {
      EXPECT_NE(storage.holders[0].layer, "") << scheme << storage.holders[0].node;
      EXPECT_FALSE(storage.is_at_peak);
    }
  }
}

TEST(Train, TheGraphsLedgerShowsAHiddenTensor) {
  RunConfig config = tiny_run();
  config.steps = 1;
  c10::DataPtr hidden;
  TrainingHooks hooks;
  hooks.before_count = [&] { hidden = c10::GetCPUAllocator()->allocate(4096); };
  const RunRecord record = train(config, hooks);
  ASSERT_TRUE(record.ledger);
  EXPECT_EQ(record.ledger->residual_bytes.value, 4096);
  ASSERT_EQ(record.ledger->residuals.size(), 1U);
  EXPECT_EQ(record.ledger->residuals[0].bytes, 4096);
}

TEST(Train, ThePeakIsExplainedByCategory) {
  for (const char* scheme : {"dense", "int4"}) {
    RunConfig config = tiny_run(scheme);
    config.steps = 3;
    config.trace = "timeline";
    const RunRecord record = train(config, {});
    ASSERT_TRUE(record.memory) << scheme;
    EXPECT_EQ(record.memory->step, 1);
    EXPECT_EQ(record.memory->peak.bytes, *record.summary.peak_bytes.value) << scheme;
    std::int64_t sum = 0;
    for (const MemoryShare& share : record.memory->composition) sum += share.bytes;
    EXPECT_EQ(sum, record.memory->peak.bytes) << scheme;
    std::int64_t saved_at_peak = 0;
    for (const LedgerStorage& storage : record.ledger->storages) {
      ASSERT_TRUE(storage.is_at_peak) << scheme;
      if (*storage.is_at_peak) saved_at_peak += storage.kept_bytes();
    }
    std::map<MemoryCategory, std::int64_t> bytes;
    for (const CategoryAtPeak& row : record.memory->categories) {
      bytes[row.category] = row.bytes;
      EXPECT_LE(row.without.bytes, record.memory->peak.bytes) << name_of(row.category);
    }
    EXPECT_EQ(bytes[MemoryCategory::parameter], record.parameters * 4) << scheme;
    EXPECT_EQ(bytes[MemoryCategory::optimizer_state], record.parameters * 8) << scheme;
    EXPECT_LE(bytes[MemoryCategory::saved_activation], *record.summary.saved_bytes.value);
    EXPECT_EQ(bytes[MemoryCategory::saved_activation], saved_at_peak) << scheme;
    EXPECT_GT(bytes[MemoryCategory::saved_activation], 0) << scheme;
    EXPECT_FALSE(record.memory->reported_bytes.value) << "two counts are level audit's";
  }
}

TEST(Train, TwoCountsOfAllocationsAgree) {
  RunConfig config = tiny_run("exact-bsr");
  config.steps = 2;
  config.trace = "audit";
  const RunRecord record = train(config, {});
  ASSERT_TRUE(record.memory);
  EXPECT_GT(record.memory->allocated_bytes, 0);
  EXPECT_EQ(record.memory->reported_bytes.value, record.memory->allocated_bytes);
}

TEST(Train, LaterStepsReplaceTheFirst) {
  RunConfig config = tiny_run();
  config.steps = 4;
  std::vector<c10::DataPtr> hidden;
  TrainingHooks hooks;
  hooks.before_count = [&] { hidden.push_back(c10::GetCPUAllocator()->allocate(4096)); };
  const RunRecord record = train(config, hooks);
  EXPECT_EQ(hidden.size(), 1U);  // planted in the first step alone
  EXPECT_EQ(*record.summary.residual_bytes.value, 0);
  EXPECT_THAT(record.warnings, IsEmpty());
}

TEST(Train, WithoutTraceBytesAreMissingWithTheReason) {
  RunConfig config = tiny_run("int4");
  config.trace = "off";
  const RunRecord record = train(config, {});
  EXPECT_FALSE(record.summary.saved_bytes.value);
  EXPECT_THAT(record.summary.residual_bytes.reason, HasSubstr("trace"));
  EXPECT_GT(record.summary.predicted_saved_bytes.value, 0);
  EXPECT_EQ(record.summary.weights_sha256, train(tiny_run("int4"), {}).summary.weights_sha256);
}

TEST(Train, EvaluatesAfterEachEpochAndAtTheEnd) {
  RunConfig config = tiny_run();
  config.steps = 19;  // two epochs and three steps
  const RunRecord record = train(config, {});
  ASSERT_EQ(record.accuracy.size(), 3U);
  EXPECT_EQ(record.accuracy[0].step, 8);
  EXPECT_EQ(record.accuracy[1].epoch, 2);
  EXPECT_EQ(record.accuracy[2].step, 19);
  EXPECT_EQ(record.step_times_s.size(), 19U);
  EXPECT_EQ(record.summary.steps, 19);
  EXPECT_EQ(record.train_samples, 64);
  EXPECT_EQ(record.heldout_samples, 20);
  EXPECT_THAT(record.layer_names,
              testing::ElementsAre("stem", "blocks.0", "blocks.1", "tail", "loss"));
}

TEST(Train, TimesOfASingleStepAndOfMany) {
  RunConfig config = tiny_run();
  config.steps = 1;
  const RunRecord one = train(config, {});
  EXPECT_EQ(*one.summary.step_time_s.value, one.step_times_s.at(0));
  config.steps = 2;
  const RunRecord two = train(config, {});
  EXPECT_EQ(*two.summary.step_time_s.value, two.step_times_s.at(1));  // the first warms up
  EXPECT_DOUBLE_EQ(*two.summary.images_per_s.value, 8 / two.step_times_s.at(1));
}

TEST(Train, DropsTheLastShortBatchAndRefusesLessThanOne) {
  RunConfig config = tiny_run();
  config.train_samples = 20;
  EXPECT_EQ(train(config, {}).summary.steps, 2);
  config.batch = 20;
  EXPECT_EQ(train(config, {}).summary.steps, 1);
  config.batch = 21;
  EXPECT_THAT(error_of<ConfigError>([&] { (void)train(config, {}); }),
              AllOf(HasSubstr("batch 21, 20 images"), HasSubstr("--train-samples")));
}

TEST(Train, WritesNothingWithoutFolder) {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const RunRecord record = train(tiny_run(), stop_after(2));
  std::filesystem::current_path(before);
  EXPECT_EQ(record.status, RunStatus::interrupted);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Train, ARefusedRunDoesNotBegin) {
  bool begun = false;
  TrainingHooks hooks;
  hooks.before_start = [&] { begun = true; };
  RunConfig config = tiny_run();
  config.weights = "/nonexistent.safetensors";
  EXPECT_THROW((void)train(config, hooks), DataError);
  config = tiny_run();
  config.batch = 0;
  EXPECT_THROW((void)train(config, hooks), ConfigError);
  config = tiny_run();
  config.data = "cifar10";
  config.image_size = config.classes = std::nullopt;
  config.data_dir = "/nonexistent";
  EXPECT_THROW((void)train(config, hooks), DataError);
  EXPECT_FALSE(begun);
}

TEST(Train, SavesWeightsThatAnotherRunTakes) {
  const TemporaryFolder folder;
  RunConfig config = tiny_run();
  config.save_weights = folder / "w.safetensors";
  const RunRecord first = train(config, {});
  // Steps too small to change a float32: what comes out is what went in.
  RunConfig still = tiny_run("int4");
  still.weights = config.save_weights;
  still.steps = 1;
  still.learning_rate = 1e-12;
  still.weight_decay = 0;
  const RunRecord again = train(still, {});
  EXPECT_EQ(*again.summary.heldout_accuracy_ratio.value,
            *first.summary.heldout_accuracy_ratio.value);
  still.dim = 12;
  EXPECT_THAT(error_of<DataError>([&] { (void)train(still, {}); }), HasSubstr("shapes differ"));
}

// A weights file whose last number (of stem.proj.weight) is `value`.
std::string spoiled_weights(const TemporaryFolder& folder, float value) {
  RunConfig config = tiny_run();
  config.steps = 1;
  config.save_weights = folder / "w.safetensors";
  (void)train(config, {});
  std::string bytes = folder.read("w.safetensors");
  std::memcpy(bytes.data() + bytes.size() - sizeof value, &value, sizeof value);
  folder.write("w.safetensors", bytes);
  return config.save_weights;
}

TEST(Train, ANonFiniteLossFailsTheRunAndNamesTheParameter) {
  const TemporaryFolder folder;
  for (const char* scheme : {"dense", "int4-bsr", "int8"}) {
    for (const float value : {INFINITY, NAN}) {
      RunConfig config = tiny_run(scheme);
      config.weights = spoiled_weights(folder, value);
      config.save_weights = folder / "after.safetensors";
      const RunRecord record = train(config, {});
      EXPECT_EQ(record.status, RunStatus::failed);
      EXPECT_THAT(record.status_reason, AllOf(HasSubstr("step 1"), HasSubstr("stem.proj.weight")));
      EXPECT_EQ(record.summary.steps, 1);
      EXPECT_FALSE(record.summary.heldout_accuracy_ratio.value);
      EXPECT_FALSE(std::filesystem::exists(config.save_weights));
    }
  }
}

TEST(Train, EvaluatesAndSavesTheAverageOfTheWeights) {
  const TemporaryFolder folder;
  RunConfig config = tiny_run();
  config.steps = 5;
  const std::string trained = train(config, {}).summary.weights_sha256;
  config.ema_decay = 0.999999;  // stays where it began
  config.save_weights = folder / "average.safetensors";
  const RunRecord averaged = train(config, {});
  EXPECT_NE(averaged.summary.weights_sha256, trained);
  RunConfig still = tiny_run();
  still.steps = 1;
  still.learning_rate = 1e-12;
  still.weight_decay = 0;
  still.weights = config.save_weights;
  const RunRecord of_file = train(still, {});
  EXPECT_NEAR(*of_file.accuracy.back().heldout_loss.value,
              *averaged.accuracy.back().heldout_loss.value, 1e-5);
}

TEST(Train, LearnsWithLamb) {
  RunConfig config = learning_run("int4");
  config.learning_rate = 2e-2;
  config.optimizer = "lamb";
  config.drop_path_ratio = 0.1;
  const RunRecord record = train(config, {});
  ASSERT_EQ(record.accuracy.size(), 3U);
  EXPECT_LT(*record.accuracy.back().train_loss.value, *record.accuracy.front().train_loss.value);
  EXPECT_GT(*record.summary.heldout_accuracy_ratio.value, 0.6);  // chance gives 0.25
}

TEST(Train, APublishedModelTakesStepsAndKeepsWhatIsPredicted) {
  for (const char* scheme : {"dense", "int4-bsr"}) {
    RunConfig config;
    config.model = "resmlp_s12";
    config.data = "synthetic";
    config.train_samples = config.heldout_samples = config.batch = 1;
    config.steps = 2;  // the first may fill caches of libraries
    config.scheme = scheme;
    const RunRecord record = train(config, {});
    EXPECT_EQ(record.status, RunStatus::completed) << record.status_reason;
    EXPECT_EQ(record.parameters, 15'350'872);
    EXPECT_EQ(*record.summary.saved_bytes.value, *record.summary.predicted_saved_bytes.value)
        << scheme;
    EXPECT_EQ(*record.summary.residual_bytes.value, 0) << scheme;
  }
}

TEST(Train, WeightsThatOverflowInTheLastUpdateFailTheRun) {
  const TemporaryFolder folder;
  RunConfig config = tiny_run();
  config.weights = spoiled_weights(folder, 1e30F);
  config.steps = 1;
  config.learning_rate = 1000;
  config.weight_decay = 10;
  config.warmup_ratio = 0;
  RunRecord record = train(config, {});
  EXPECT_EQ(record.status, RunStatus::completed) << record.status_reason;  // -9999e30 is finite
  config.steps = 3;
  record = train(config, {});
  EXPECT_EQ(record.status, RunStatus::failed);
  EXPECT_THAT(record.status_reason, HasSubstr("non-finite at step"));
}

#ifndef __SANITIZE_ADDRESS__  // it maps more than any limit allows
// Leaves this process `more` bytes of address space beyond what it has.
void limit_memory(std::uint64_t more) {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm >> pages;
  const rlimit limit{pages * 4096 + more, RLIM_INFINITY};
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
}

TEST(TrainDeathTest, AModelThatDoesNotFitLeavesAWholeRecord) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [] {
    limit_memory(std::uint64_t{300} << 20);
    RunConfig config;
    config.model = "resmlp_b24_8";  // half a gigabyte of parameters
    config.data = "synthetic";
    config.train_samples = config.heldout_samples = config.batch = 1;
    config.threads = 1;
    bool begun = false;
    TrainingHooks hooks;
    hooks.before_start = [&] { begun = true; };
    const RunRecord record = train(config, hooks);
    std::cerr << record.status_reason << "; begun " << begun << "; reason "
              << record.summary.saved_bytes.reason << "; layers " << record.layers.size();
    std::_Exit(record.status == RunStatus::failed ? 0 : 1);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(0),
              "could not begin: out of memory.*; begun 1; reason no step ran; layers 27");
}
#endif

TEST(Train, TellsItsProgress) {
  class Sink : public ProgressSink {
   public:
    void begin(std::string_view, std::int64_t total) override {
      log += std::to_string(total) + ":";
    }
    void update(std::int64_t done, std::string_view) override { log += std::to_string(done) + ","; }
    void end(std::string_view summary) override { log += summary; }
    void note(std::string_view) override {}
    std::string log;
  } sink;
  TrainingHooks hooks;
  hooks.progress = &sink;
  RunConfig config = tiny_run();
  config.steps = 3;
  (void)train(config, hooks);
  EXPECT_THAT(sink.log, testing::StartsWith("3:1,2,3,held-out accuracy"));
}

}  // namespace
}  // namespace actscope::core
