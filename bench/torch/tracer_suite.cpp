// SPDX-License-Identifier: Apache-2.0
#include "actscope/bench/tracer_suite.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/core/training/timed_training.hpp"
#include "actscope/core/training/training.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "tracer/call_costs.hpp"
#include "tracer/trace_size.hpp"
#include "tracer_operators.hpp"
#include "tracer_sessions.hpp"

namespace actscope::bench {
namespace {

constexpr std::int64_t call_rounds = 31;
constexpr double ledger_goal = 1.02, timeline_goal = 1.03, cupti_goal = 1.15;

// A way to run the program.
struct Variant {
  std::string name;
  std::string level;
  OtherProfiler rival;
  std::string what;
  double goal_ratio;  // below 0: none
};

std::vector<Variant> variants_of(const std::string& device) {
  std::vector<Variant> variants = {
      {"off", "off", OtherProfiler::none, "", -1},
      {"ledger", "ledger", OtherProfiler::none, "what the stores keep, in every step", -1},
      {"timeline", "timeline", OtherProfiler::none,
       "scopes, operators, allocations; trace files written", timeline_goal}};
  if (device == "cuda") {
    variants.push_back({"cupti", "cupti", OtherProfiler::none, "and every kernel", cupti_goal});
  }
  variants.push_back({"audit", "audit", OtherProfiler::none, "and cross-checks", -1});
  variants.push_back({"libtorch-profiler", "off", OtherProfiler::libtorch_profiler,
                      "LibTorch's profiler: operators of the host, nothing written", -1});
  variants.push_back({"libtorch-profiler-memory", "off", OtherProfiler::libtorch_profiler_memory,
                      "and allocations", -1});
  return variants;
}

void require_range(const char* option, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return;
  throw ConfigError(error_text(std::string(option) + " is out of range",
                               "got " + std::to_string(value),
                               "give " + std::to_string(low) + " to " + std::to_string(high)));
}

TracerSettings settings_of(const TracerPlan& plan) {
  const core::ResMlpGeometry geometry = core::resolve_geometry(plan.config);
  TracerSettings settings;
  settings.model = plan.config.model;
  settings.dim = geometry.dim;
  settings.depth = geometry.depth;
  settings.patch = geometry.patch;
  settings.image_size = geometry.image_size;
  settings.scheme = plan.config.scheme;
  settings.batch = plan.config.batch;
  settings.steps = plan.steps;
  settings.rounds = plan.rounds;
  settings.threads = plan.config.threads;
  settings.seed = plan.config.seed;
  settings.device = plan.config.device;
  return settings;
}

// Times of the rounds that ended, of one variant.
struct Times {
  std::vector<double> graph_step_s, step_s;
};

// Everything measured on steps.
class StepRounds {
 public:
  StepRounds(const TracerPlan& plan, const TracerWatch& watch)
      : plan_(plan), watch_(watch), variants_(variants_of(plan.config.device)) {}

  // False where a stop was asked for.
  bool run() {
    ProgressSink& progress = *watch_.progress;
    progress.begin("rounds", plan_.rounds);
    reference_ = session_of(variants_.front()).weights_sha256;  // fills caches of the process
    std::mt19937_64 random(static_cast<std::uint64_t>(plan_.config.seed));
    for (std::int64_t round = 0; round < plan_.rounds; ++round) {
      std::vector<std::size_t> order(variants_.size());
      for (std::size_t v = 0; v < order.size(); ++v) order[v] = v;
      std::ranges::shuffle(order, random);
      std::map<std::string, SessionTimes> times;
      for (const std::size_t v : order) {
        if (watch_.is_stop_requested && watch_.is_stop_requested()) return false;
        progress.update(round, variants_[v].name);
        times[variants_[v].name] = session_of(variants_[v]);
      }
      for (const auto& [name, own] : times) {
        times_[name].graph_step_s.push_back(own.graph_step_s);
        times_[name].step_s.push_back(own.step_s);
      }
    }
    progress.end(std::to_string(plan_.rounds) + " rounds measured");
    return true;
  }

  std::vector<TracerStepCost> costs() const {
    std::vector<TracerStepCost> costs;
    if (times_.empty()) return costs;
    for (const Variant& variant : variants_) {
      if (variant.name == "off") continue;
      costs.push_back(cost_of(variant, &Times::step_s));
      if (variant.name != "ledger") continue;
      costs.push_back(cost_of({"ledger", "ledger", OtherProfiler::none,
                               "the step whose autograd graph is read", ledger_goal},
                              &Times::graph_step_s));
      costs.back().name = "ledger_step";
    }
    return costs;
  }

  const std::vector<TracerFileSize>& files() const { return files_; }

 private:
  SessionTimes session_of(const Variant& variant) {
    Session session;
    session.config = plan_.config;
    session.config.trace = variant.level;
    session.steps = plan_.steps;
    session.rival = variant.rival;
    const TemporaryFolder folder;
    const bool is_profiled = variant.rival != OtherProfiler::none;
    const bool has_timeline = variant.level != "off" && variant.level != "ledger";
    CountingSink sink(folder.path());
    if (has_timeline) session.sink = &sink;
    if (is_profiled && files_of(variant).empty())
      session.rival_file = folder.path() / "chrome.json";
    const SessionTimes times = timed(session);
    if (times.dropped_records > 0 || (has_timeline && sink.events() == 0)) {
      throw RunError(error_text("level " + variant.name + " lost records",
                                std::to_string(times.dropped_records) + " dropped",
                                "give a smaller model or fewer --steps"));
    }
    // On a GPU equal seeds need not give equal weights.
    if (plan_.config.device == "cpu" && !reference_.empty() && times.weights_sha256 != reference_) {
      throw RunError(error_text("the program ended with other weights under " + variant.name,
                                "reference " + reference_ + ", got " + times.weights_sha256,
                                "report it with the options"));
    }
    if (variant.name == "timeline" && files_of(variant).empty()) {
      add_file("trace.db", TracerKind::level, folder.path() / "trace.db", sink.events());
      add_file("trace.pftrace", TracerKind::level, folder.path() / "trace.pftrace", sink.events());
    } else if (!session.rival_file.empty()) {
      add_file(variant.name + " chrome.json", TracerKind::rival, session.rival_file,
               times.rival_events);
    }
    return times;
  }

  // The name of the file that an earlier session of this variant has written; empty: none.
  std::string files_of(const Variant& variant) const {
    const std::string begin =
        variant.rival == OtherProfiler::none ? "trace.db" : variant.name + " ";
    for (const TracerFileSize& file : files_) {
      if (file.name.starts_with(begin)) return file.name;
    }
    return {};
  }

  void add_file(const std::string& name, TracerKind kind, const std::filesystem::path& path,
                std::int64_t events) {
    files_.push_back(file_size_of(name, kind, path, events));
  }

  TracerStepCost cost_of(const Variant& variant, const std::vector<double> Times::*part) const {
    const std::vector<double>& own = times_.at(variant.name).*part;
    const std::vector<double>& off = times_.at("off").*part;
    TracerStepCost cost;
    cost.name = variant.name;
    cost.kind = variant.rival == OtherProfiler::none ? TracerKind::level : TracerKind::rival;
    cost.what = variant.what;
    cost.samples = static_cast<std::int64_t>(own.size());
    cost.step_time_s = median_of(own);
    cost.off_step_time_s = median_of(off);
    cost.ratio = paired_ratio(own, off);
    cost.goal_ratio = variant.goal_ratio < 0 ? Measured<double>::missing("no goal is set")
                                             : Measured<double>::of(variant.goal_ratio);
    cost.verdict = judged(cost.ratio, cost.goal_ratio);
    return cost;
  }

  const TracerPlan& plan_;
  const TracerWatch& watch_;
  std::vector<Variant> variants_;
  std::string reference_;  // the weights that every session ends with
  std::map<std::string, Times> times_;
  std::vector<TracerFileSize> files_;
};

}  // namespace

TracerPlan resolved(TracerPlan plan) {
  require_range("--steps", plan.steps, 1, 14);  // these and the step before them are all traced
  require_range("--rounds", plan.rounds, 6, 1000);
  RunConfig& config = plan.config;
  config.data = "synthetic";
  config.train_samples = 2 * config.batch;
  config.heldout_samples = 1;
  config.steps = plan.steps + 2;
  config.trace = "off";
  core::validate_run_config(config);
  return plan;
}

TracerBenchRecord run_tracer_suite(const TracerPlan& plan, const EnvironmentRecord& environment,
                                   const TracerWatch& watch) {
  tracer::install_counting_cpu_allocator();
  TracerBenchRecord record;
  record.environment = environment;
  record.settings = settings_of(plan);
  StepRounds rounds(plan, watch);
  const bool is_whole = rounds.run();
  if (is_whole) {
    watch.progress->note("scopes, operators and allocations");
    record.calls = scope_costs(call_rounds);
    std::ranges::move(operator_costs(call_rounds), std::back_inserter(record.calls));
  } else {
    record.status = RunStatus::interrupted;
    record.status_reason = "a stop was asked for";
    watch.progress->end(record.status_reason);
  }
  record.steps = rounds.costs();
  record.files = rounds.files();
  record.environment.threads = core::torch_threads();
  record.settings.threads = record.environment.threads;
  return record;
}

}  // namespace actscope::bench
