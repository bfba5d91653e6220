// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training.hpp"

#include <cmath>

#include "actscope/base/error.hpp"
#include "actscope/base/units.hpp"
#include "actscope/core/run_setup.hpp"
#include "safetensors.hpp"
#include "training_session.hpp"

namespace actscope::core {
namespace {

std::string percent(const Measured<double>& ratio) {
  if (!ratio.value) return "n/a";
  const auto tenths = std::llround(*ratio.value * 1000);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

// The loop itself; says in `record` how it ended.
void run_steps(TrainingSession& session, const RunConfig& config, const TrainingHooks& hooks,
               ProgressSink& progress, RunRecord& record) {
  TrainingProgress& state = session.progress();
  progress.begin(config.scheme, session.total_steps());
  while (state.step < session.total_steps()) {
    const double loss = session.step();
    if (!std::isfinite(loss)) {
      const std::string parameter = session.first_non_finite_parameter();
      record.status = RunStatus::failed;
      record.status_reason = "the loss became non-finite at step " + std::to_string(state.step) +
                             (parameter.empty() ? "" : "; first non-finite parameter " + parameter);
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
      if (!config.out.empty()) session.save_checkpoint();
      progress.end("stopped");
      return;
    }
    if (config.checkpoint_every > 0 && state.step % config.checkpoint_every == 0) {
      session.save_checkpoint();
    }
  }
  progress.end("held-out accuracy " + percent(state.accuracy.empty()
                                                  ? Measured<double>::missing("none")
                                                  : state.accuracy.back().heldout_accuracy_ratio));
}

RunRecord train_from(const RunConfig& config, const TrainingHooks& hooks, bool is_resumed) {
  validate_run_config(config);
  const auto quiet = make_quiet_progress();
  ProgressSink& progress = hooks.progress != nullptr ? *hooks.progress : *quiet;
  TrainingSession session(config, hooks);
  if (is_resumed) session.load_checkpoint();
  if (hooks.before_start) hooks.before_start();
  RunRecord record;
  record.environment = describe_environment();
  record.environment.threads = torch::get_num_threads();
  try {
    run_steps(session, config, hooks, progress, record);
  } catch (const c10::Error& error) {
    record.status = RunStatus::failed;
    const std::string text = error.what_without_backtrace();
    record.status_reason =
        error_text("step " + std::to_string(session.progress().step + 1) + " failed",
                   text.substr(0, text.find('\n')));
  } catch (const std::bad_alloc&) {
    record.status = RunStatus::failed;
    record.status_reason = "out of memory at step " + std::to_string(session.progress().step + 1);
  }
  session.fill(record);
  if (record.status == RunStatus::completed && !config.save_weights.empty()) {
    save_weights(session.model(), config.save_weights);
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
