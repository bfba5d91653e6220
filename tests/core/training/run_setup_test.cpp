// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/run_setup.hpp"
#include "actscope/core/training/environment.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <limits>

#include "actscope/base/error.hpp"
#include "actscope/core/training/training.hpp"
#include "actscope/kernels/backend.hpp"
#include "temporary_folder.hpp"

namespace actscope::core {
namespace {

using testing::AllOf;
using testing::HasSubstr;

RunConfig published(const std::string& data) {
  RunConfig config;
  config.model = "resmlp_s12";
  config.data = data;
  return config;
}

TEST(ResolveGeometry, TakesTheShapeOfTheData) {
  RunConfig config;
  config.data = "cifar100";
  config.dim = 96;
  const ResMlpGeometry geometry = resolve_geometry(config);
  EXPECT_EQ(geometry.image_size, 32);
  EXPECT_EQ(geometry.in_channels, 3);
  EXPECT_EQ(geometry.classes, 100);
  EXPECT_EQ(geometry.dim, 96);
  EXPECT_EQ(geometry.depth, 4);
  EXPECT_EQ(geometry.patch, 4);
}

TEST(ResolveGeometry, TakesAPublishedModelOnSyntheticImagesOnly) {
  EXPECT_EQ(resolve_geometry(published("synthetic")).depth, 12);
  EXPECT_THAT(error_of<ConfigError>([] { (void)resolve_geometry(published("fashion-mnist")); }),
              AllOf(HasSubstr("3x224"), HasSubstr("1x28")));
}

TEST(ResolveGeometry, RefusesWhatDoesNotFit) {
  RunConfig config;
  config.image_size = 32;
  EXPECT_THAT(error_of<ConfigError>([&] { (void)resolve_geometry(config); }), HasSubstr("1x32"));
  config = {};
  config.patch = 5;
  EXPECT_THAT(error_of<ConfigError>([&] { (void)resolve_geometry(config); }), HasSubstr("patch"));
  config = {};
  config.classes = 9;
  EXPECT_THAT(error_of<ConfigError>([&] { (void)resolve_geometry(config); }), HasSubstr("classes"));
  config = published("synthetic");
  config.depth = 3;
  EXPECT_THAT(error_of<ConfigError>([&] { (void)resolve_geometry(config); }), HasSubstr("--depth"));
  config = {};
  config.model = "resmlp_s13";
  EXPECT_THAT(error_of<ConfigError>([&] { (void)resolve_geometry(config); }),
              HasSubstr("resmlp_s12"));
}

TEST(ValidateRunConfig, TakesTheDefaultsAndTheEdges) {
  validate_run_config({});
  RunConfig config;
  config.steps = 1;
  config.epochs = 0;
  config.batch = 1;
  config.sparsity_ratio = 0;
  config.trace = "off";
  validate_run_config(config);
}

TEST(ValidateRunConfig, RefusesEachValueOutOfRangeByItsOption) {
  struct Case {
    std::function<void(RunConfig&)> change;
    const char* text;
  };
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const Case cases[] = {
      {[](RunConfig& c) { c.batch = 0; }, "--batch"},
      {[](RunConfig& c) { c.batch = huge; }, "--batch"},
      {[](RunConfig& c) { c.steps = -3; }, "--steps"},
      {[](RunConfig& c) { c.steps = huge; }, "--steps"},
      {[](RunConfig& c) { c.epochs = 0; }, "--epochs"},
      {[](RunConfig& c) { c.epochs = huge; }, "--epochs"},
      {[](RunConfig& c) { c.train_samples = -1; }, "--train-samples"},
      {[](RunConfig& c) { c.heldout_samples = -1; }, "--heldout-samples"},
      {[](RunConfig& c) { c.threads = -1; }, "--threads"},
      {[](RunConfig& c) { c.threads = 1'000'000; }, "--threads"},
      {[](RunConfig& c) { c.seed = -1; }, "--seed"},
      {[](RunConfig& c) { c.learning_rate = 0; }, "from 1e-12 to 1000"},
      {[](RunConfig& c) { c.learning_rate = nan; }, "--lr"},
      {[](RunConfig& c) { c.weight_decay = -0.5; }, "got -0.5"},
      {[](RunConfig& c) { c.warmup_ratio = 1.5; }, "--warmup"},
      {[](RunConfig& c) { c.label_smoothing = 1; }, "--label-smoothing"},
      {[](RunConfig& c) { c.max_corrupt_share = 1.5; }, "--max-corrupt-share"},
      {[](RunConfig& c) { c.data_workers = 0; }, "--data-workers"},
      {[](RunConfig& c) { c.drop_path_ratio = 0.95; }, "--drop-path"},
      {[](RunConfig& c) { c.ema_decay = 1; }, "--ema"},
      {[](RunConfig& c) { c.optimizer = "sgd"; }, "adamw or lamb"},
      {[](RunConfig& c) { c.weights_names = "keras"; }, "timm or original"},
      {[](RunConfig& c) { c.workspace_bytes = 0; }, "--workspace-bytes"},
      {[](RunConfig& c) { c.checkpoint_every = -1; }, "--checkpoint-every"},
      {[](RunConfig& c) { c.checkpoint_every = 5; }, "--out"},
      {[](RunConfig& c) { c.sparsity_ratio = 1; }, "sparsity"},
      {[](RunConfig& c) { c.sparsity_ratio = -1; }, "sparsity"},
      {[](RunConfig& c) { c.scheme = "nope"; }, "nope"},
      {[](RunConfig& c) { c.select = "nope"; }, "nope"},
      {[](RunConfig& c) { c.data = "nope"; }, "nope"},
      {[](RunConfig& c) { c.model = "nope"; }, "nope"},
      {[](RunConfig& c) { c.dtype = "fp16"; }, "fp32 or bf16"},
      {[](RunConfig& c) { c.dtype = "fp64"; }, "fp32 or bf16"},
      {[](RunConfig& c) { c.device = "tpu"; }, "cpu or cuda"},
      {[](RunConfig& c) { c.trace = "nope"; }, "off, ledger, timeline"},
  };
  for (const Case& one : cases) {
    RunConfig config;
    one.change(config);
    const std::string text = error_of<ConfigError>([&] { validate_run_config(config); });
    EXPECT_THAT(text, HasSubstr(one.text));
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
}

TEST(ValidateRunConfig, RefusesBlocksThatDoNotFit) {
  RunConfig config;
  config.block_rows = 0;
  EXPECT_THROW(validate_run_config(config), Error);
  config = {};
  config.scheme = "linear-bsr";
  config.block_rows = config.block_cols = 100'000;
  EXPECT_THROW(validate_run_config(config), UnsupportedBlockSize);
}

TEST(ValidateRunConfig, KernelsAreTracedOnAGpuOnly) {
  RunConfig config;
  config.trace = "cupti";
  EXPECT_THAT(error_of<DeviceError>([&] { validate_run_config(config); }),
              HasSubstr("--trace timeline"));
  for (const char* level : {"off", "ledger", "timeline", "audit"}) {
    config.trace = level;
    EXPECT_NO_THROW(validate_run_config(config));
  }
}

TEST(ValidateRunConfig, AsksWhetherTheDeviceIsBuiltAndUsable) {
  RunConfig config;
  config.device = "cuda";
  if (!kernels::is_built(kernels::Backend::cuda)) {
    EXPECT_THROW(validate_run_config(config), BackendNotBuilt);
  } else if (!kernels::is_usable(kernels::Backend::cuda)) {
    EXPECT_THROW(validate_run_config(config), DeviceError);
  } else {
    EXPECT_NO_THROW(validate_run_config(config));
  }
}

TEST(FootprintOf, TakesAPublishedModelWithAnyData) {
  RunConfig config = published("fashion-mnist");
  config.batch = 1;
  const FootprintRecord record = footprint_of(config);
  EXPECT_EQ(record.totals.parameters, 15'350'872);
  std::int64_t blocks = 0;
  for (const LayerFootprint& layer : record.layers) {
    if (layer.name.rfind("blocks.", 0) != 0) continue;
    for (const SlotFootprint& slot : layer.slots) blocks += *slot.predicted_bytes;
  }
  EXPECT_EQ(blocks, std::int64_t{12} * 14 * 75'264 * 4);
  EXPECT_EQ(record.model, "resmlp_s12");
  EXPECT_EQ(record.scheme, "dense");
  config.data = "nonsense that a footprint does not read";
  EXPECT_EQ(footprint_of(config).totals.saved_bytes, record.totals.saved_bytes);
}

TEST(FootprintOf, RefusesAsARunWould) {
  RunConfig config;
  config.model = "nope";
  EXPECT_THAT(error_of<ConfigError>([&] { (void)footprint_of(config); }), HasSubstr("nope"));
  config = published("fashion-mnist");
  config.dim = 5;
  EXPECT_THAT(error_of<ConfigError>([&] { (void)footprint_of(config); }), HasSubstr("--dim"));
  config = {};
  config.dtype = "int3";
  EXPECT_THROW((void)footprint_of(config), ConfigError);
}

TEST(Environment, KnowsThisMachineAndBuild) {
  const EnvironmentRecord record = describe_environment();
  EXPECT_GE(record.cores, 1);
  EXPECT_GT(record.memory_bytes, 1 << 20);
  EXPECT_GT(record.pid, 0);
  EXPECT_FALSE(record.host.empty());
  EXPECT_FALSE(record.program_version.empty());
  EXPECT_FALSE(record.compiler.empty());
  EXPECT_FALSE(record.libtorch_version.empty());
  EXPECT_THAT(record.kernel_backend, HasSubstr("cpu"));
  EXPECT_THAT(record.started_at,
              testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"));
}

}  // namespace
}  // namespace actscope::core
