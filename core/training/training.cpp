// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/training.hpp"

#include <ATen/Parallel.h>

#include <cmath>
#include <optional>

#include "actscope/base/units.hpp"
#include "actscope/core/training/environment.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/kernels/backend.hpp"
#include "training/safetensors.hpp"
#include "training/training_session.hpp"

namespace actscope::core {
namespace {

std::string percent(const Measured<double>& ratio) {
  if (!ratio.value) return "n/a";
  const auto tenths = std::llround(*ratio.value * 1000);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

// Says in `record` that the run failed.
void fail(RunRecord& record, std::string reason) {
  record.status = RunStatus::failed;
  record.status_reason = std::move(reason);
}

// Why LibTorch gave up, on one line.
std::string reason_of(const c10::Error& error) {
  std::string text = error.what_without_backtrace();
  text = text.substr(0, text.find('\n'));
  const bool is_shortage = dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
                           text.find("can't allocate memory") != std::string::npos;
  if (!is_shortage) return text;
  // The CPU allocator's text begins with the place of its check.
  const std::size_t asked = text.find("you tried to allocate");
  return "out of memory" + (asked == std::string::npos ? "" : ", " + text.substr(asked));
}

// What can be said of a run whose model or data did not fit: no step ran.
RunRecord never_begun(const RunConfig& config, const std::string& why) {
  RunRecord record;
  fail(record, "the run could not begin: " + why + "; use a smaller model or batch");
  record.config = config;
  record.environment = environment_of(config);
  const FootprintRecord footprint = footprint_of(config);
  record.parameters = footprint.totals.parameters;
  record.layers = footprint.layers;
  record.layer_names = layer_names(resolve_geometry(config));
  RunSummary& summary = record.summary;
  summary.dense_saved_bytes = Measured<std::int64_t>::of(footprint.totals.dense_saved_bytes);
  summary.predicted_saved_bytes = Measured<std::int64_t>::of(footprint.totals.saved_bytes);
  summary.workspace_bytes = config.workspace_bytes;
  const char* const none = "no step ran";
  summary.peak_bytes = summary.saved_bytes = summary.residual_bytes =
      Measured<std::int64_t>::missing(none);
  summary.step_time_s = summary.images_per_s = summary.train_loss = summary.heldout_accuracy_ratio =
      Measured<double>::missing(none);
  return record;
}

// Where the first value that is not finite stands.
std::string cause_of(const TrainingSession& session) {
  const std::string parameter = session.first_non_finite_parameter();
  if (!parameter.empty()) return "first non-finite parameter " + parameter;
  const std::string& layer = session.first_non_finite_layer();
  return "all parameters are finite, the first output that is not is that of layer " +
         (layer.empty() ? "loss" : layer);
}

// The loop itself; says in `record` how it ended.
void run_steps(TrainingSession& session, const RunConfig& config, const TrainingHooks& hooks,
               ProgressSink& progress, RunRecord& record) {
  TrainingProgress& state = session.progress();
  progress.begin(config.scheme, session.total_steps());
  if (session.progress().step > 0) {
    progress.note("continues after step " + std::to_string(session.progress().step) + " of " +
                  std::to_string(session.total_steps()));
  }
  while (state.step < session.total_steps()) {
    const double loss = session.step();
    if (!std::isfinite(loss)) {
      fail(record, "the loss became non-finite at step " + std::to_string(state.step) + ": " +
                       cause_of(session) + "; lower --lr");
      progress.end("failed");
      return;
    }
    if (session.is_epoch_end()) session.evaluate();
    const std::string accuracy =
        state.accuracy.empty()
            ? ""
            : ", held-out " + percent(state.accuracy.back().heldout_accuracy_ratio);
    progress.update(state.step, "loss " + std::to_string(loss).substr(0, 5) + accuracy);
    if (hooks.stop_requested && hooks.stop_requested() && state.step < session.total_steps()) {
      record.status = RunStatus::interrupted;
      record.status_reason = "stopped after step " + std::to_string(state.step) + " of " +
                             std::to_string(session.total_steps());
      if (!config.out.empty()) save_checkpoint(session.state());
      progress.end("stopped");
      return;
    }
    if (config.checkpoint_every > 0 && state.step % config.checkpoint_every == 0) {
      save_checkpoint(session.state());
    }
  }
  // The last update has no loss after it that would show the harm.
  const std::string parameter = session.first_non_finite_parameter();
  if (!parameter.empty()) {
    fail(record, "the weights became non-finite at step " + std::to_string(state.step) +
                     ": first non-finite parameter " + parameter + "; lower --lr");
    progress.end("failed");
    return;
  }
  progress.end("held-out accuracy " + percent(state.accuracy.empty()
                                                  ? Measured<double>::missing("none")
                                                  : state.accuracy.back().heldout_accuracy_ratio));
}

RunRecord train_from(const RunConfig& config, const TrainingHooks& hooks, bool is_resumed) {
  validate_run_config(config);
  const auto quiet = make_quiet_progress();
  ProgressSink& progress = hooks.progress != nullptr ? *hooks.progress : *quiet;
  std::optional<TrainingSession> begun;
  std::string shortage;
  try {
    begun.emplace(config, hooks);
  } catch (const c10::Error& error) {
    shortage = reason_of(error);
  } catch (const std::bad_alloc&) {
    shortage = "out of memory";
  }
  if (begun && is_resumed) load_checkpoint(begun->state());
  if (hooks.before_start) hooks.before_start();
  if (!begun) return never_begun(config, shortage);
  TrainingSession& session = *begun;
  RunRecord record;
  record.environment = environment_of(config);
  record.environment.threads = at::get_num_threads();
  try {
    run_steps(session, config, hooks, progress, record);
  } catch (const c10::Error& error) {
    fail(record,
         "step " + std::to_string(session.progress().step + 1) + " failed: " + reason_of(error));
  } catch (const std::bad_alloc&) {
    fail(record, "step " + std::to_string(session.progress().step + 1) + " failed: out of memory");
  }
  session.fill(record);
  if (record.status == RunStatus::completed && !config.save_weights.empty()) {
    save_weights(session.model(), config.save_weights, parse_weight_names(config.weights_names));
  }
  return record;
}

}  // namespace

RunRecord train(const RunConfig& config, const TrainingHooks& hooks) {
  return train_from(config, hooks, false);
}

RunRecord resume(const RunConfig& config, const TrainingHooks& hooks) {
  return train_from(config, hooks, true);
}

}  // namespace actscope::core
