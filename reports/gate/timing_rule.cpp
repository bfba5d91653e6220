// SPDX-License-Identifier: Apache-2.0
#include "gate/timing_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "actscope/base/paired_ratio.hpp"
#include "gate/timing_checks.hpp"
#include "statistics/signed_rank.hpp"

namespace actscope::reports {
namespace {

// One metric at one look.
struct Look {
  std::optional<TimingJudgement> failed;
  double p_slower = 1, p_faster = 1;  // adjusted
  ShiftEstimate slowness;             // of the first batch
  bool is_suspect = false, is_faster = false, is_settled = false;
};

TimingBatch first_rounds(const TimingBatch& batch, std::size_t rounds) {
  TimingBatch part = batch;
  part.baseline.resize(std::min(rounds, part.baseline.size()));
  part.candidate.resize(std::min(rounds, part.candidate.size()));
  return part;
}

TimingBatch together(const TimingBatch& first, const TimingBatch& second) {
  TimingBatch all = first;
  all.baseline.insert(all.baseline.end(), second.baseline.begin(), second.baseline.end());
  all.candidate.insert(all.candidate.end(), second.candidate.begin(), second.candidate.end());
  return all;
}

// Adjusts p among the metrics of one family.
template <class Member, class P>
void adjust(std::span<Look> looks, const Member& is_member, P Look::*p) {
  std::vector<double> values;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (is_member(i)) values.push_back(looks[i].*p);
  }
  const std::vector<double> adjusted = holm_adjusted(values);
  std::size_t next = 0;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (is_member(i)) looks[i].*p = adjusted[next++];
  }
}

class Judge {
 public:
  Judge(std::span<const TimedMetric> metrics, const TimingPlan& plan)
      : metrics_(metrics), plan_(plan) {
    for (const TimedMetric& metric : metrics) primaries_ += metric.is_primary ? 1 : 0;
  }

  TimingVerdicts judge();

 private:
  double band_ratio_of(const TimedMetric& metric) const {
    return std::max(plan_.band_ratio, metric.band_ratio);
  }
  double band_of(const TimedMetric& metric) const { return std::log1p(band_ratio_of(metric)); }
  std::vector<Look> look_at(std::size_t look, std::size_t rounds) const;
  double level_of(const TimedMetric& metric, std::size_t look) const {
    return level_of_look(plan_, look, metric.is_primary ? plan_.primary_level : plan_.other_level);
  }
  std::int64_t largest_family_of_suspects(const std::vector<Look>& looks) const;
  bool asked_are_decided(const std::vector<Look>& looks) const;
  std::vector<bool> confirmed(const std::vector<Look>& looks, std::size_t looked_at,
                              std::size_t rounds) const;
  void confirm(const std::vector<Look>& looks, TimingVerdicts& verdicts,
               std::vector<bool>& is_slower) const;
  TimingJudgement conclude(const TimedMetric& metric, const Look& look, bool is_slower,
                           const TimingVerdicts& verdicts) const;
  void decide(TimingJudgement& judgement, const TimedMetric& metric, const Look& look,
              const ShiftEstimate& all, bool is_slower) const;
  std::string sentence(const TimedMetric& metric, const ShiftEstimate& slowness, std::size_t first,
                       std::size_t second) const;

  std::span<const TimedMetric> metrics_;
  const TimingPlan& plan_;
  std::int64_t primaries_ = 0;
};

std::vector<Look> Judge::look_at(std::size_t look, std::size_t rounds) const {
  std::vector<Look> looks(metrics_.size());
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    const TimedMetric& metric = metrics_[i];
    looks[i].failed = failed_assumption(metric, rounds, level_of(metric, look));
    if (looks[i].failed) continue;
    const std::vector<double> slowness =
        log_slowness(first_rounds(metric.batches[0], rounds), metric.is_more_better);
    const SignedRank test = signed_rank_test(slowness);
    looks[i].p_slower = test.p_greater;
    looks[i].p_faster = test.p_less;
    looks[i].slowness = hodges_lehmann(slowness, plan_.confidence_ratio);
  }
  for (const bool is_primary : {true, false}) {
    // One that cannot be judged keeps its p of 1 and its place in the family: none gains by it.
    const auto is_member = [&](std::size_t i) { return metrics_[i].is_primary == is_primary; };
    adjust(looks, is_member, &Look::p_slower);
    adjust(looks, is_member, &Look::p_faster);
  }
  for (std::size_t i = 0; i < looks.size(); ++i) {
    Look& one = looks[i];
    if (one.failed) {
      one.is_settled = one.failed->verdict == GateVerdict::same;
      continue;
    }
    if (!one.slowness.low) continue;
    const double level = level_of(metrics_[i], look);
    const double band = band_of(metrics_[i]);
    one.is_suspect = one.p_slower <= level && *one.slowness.low > band;
    one.is_faster = one.p_faster <= level && *one.slowness.high < -band;
    one.is_settled = one.is_faster || (*one.slowness.high <= band && *one.slowness.low >= -band);
  }
  return looks;
}

std::int64_t Judge::largest_family_of_suspects(const std::vector<Look>& looks) const {
  std::int64_t primaries = 0, others = 0;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (looks[i].is_suspect) ++(metrics_[i].is_primary ? primaries : others);
  }
  return std::max(primaries, others);
}

// One found slower is worth confirming at once. Values that break an assumption in some round never
// mend: more rounds would not settle them.
bool Judge::asked_are_decided(const std::vector<Look>& looks) const {
  bool all_are_settled = true;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (!metrics_[i].is_primary && primaries_ > 0) continue;
    if (looks[i].is_suspect) return true;
    const auto& failed = looks[i].failed;
    const bool is_beyond_help =
        failed && (failed->reason == "not_finite" || failed->reason == "not_positive" ||
                   failed->reason == "unequal_failures");
    all_are_settled = all_are_settled && (looks[i].is_settled || is_beyond_help);
  }
  return all_are_settled;
}

// Whether the first so many rounds of the second batch find each suspect slower as well.
std::vector<bool> Judge::confirmed(const std::vector<Look>& looks, std::size_t looked_at,
                                   std::size_t rounds) const {
  std::vector<bool> found(looks.size(), false);
  for (const bool is_primary : {true, false}) {
    std::vector<std::size_t> members;
    std::vector<double> p_values;
    for (std::size_t i = 0; i < looks.size(); ++i) {
      if (!looks[i].is_suspect || metrics_[i].is_primary != is_primary) continue;
      members.push_back(i);
      const std::vector<double> slowness =
          log_slowness(first_rounds(metrics_[i].batches[1], rounds), metrics_[i].is_more_better);
      const bool is_beyond =
          !slowness.empty() &&
          hodges_lehmann(slowness, plan_.confidence_ratio).estimate > band_of(metrics_[i]);
      p_values.push_back(is_beyond ? signed_rank_test(slowness).p_greater : 1);
    }
    const std::vector<double> adjusted = holm_adjusted(p_values);
    for (std::size_t i = 0; i < members.size(); ++i) {
      const TimedMetric& metric = metrics_[members[i]];
      const TimingBatch all = together(first_rounds(metric.batches[0], looked_at),
                                       first_rounds(metric.batches[1], rounds));
      found[members[i]] =
          adjusted[i] <= level_of_confirmation(plan_) &&
          hodges_lehmann(log_slowness(all, metric.is_more_better), plan_.confidence_ratio).low >
              band_of(metric);
    }
  }
  return found;
}

// Looks at the second batch until every suspect is confirmed or its rounds are over.
void Judge::confirm(const std::vector<Look>& looks, TimingVerdicts& verdicts,
                    std::vector<bool>& is_slower) const {
  const auto there = static_cast<std::int64_t>(metrics_.front().batches[1].baseline.size());
  const auto suspects =
      confirmation_looks(plan_, verdicts.looked_at, largest_family_of_suspects(looks));
  for (const std::int64_t rounds : suspects) {
    verdicts.confirmed_by = std::min(rounds, there);
    if (rounds > there) {
      verdicts.next = {1, rounds - there};
      return;
    }
    const std::vector<bool> found = confirmed(looks, static_cast<std::size_t>(verdicts.looked_at),
                                              static_cast<std::size_t>(rounds));
    bool all_are_found = true;
    for (std::size_t i = 0; i < looks.size(); ++i) {
      if (found[i]) is_slower[i] = true;
      all_are_found = all_are_found && (!looks[i].is_suspect || is_slower[i]);
    }
    if (all_are_found) return;
  }
}

std::string Judge::sentence(const TimedMetric& metric, const ShiftEstimate& slowness,
                            std::size_t first, std::size_t second) const {
  const auto percent = [](double logarithm) { return 100 * std::expm1(logarithm); };
  const double middle = percent(slowness.estimate);
  std::string text = fmt::format("{:.2f} % {}", std::abs(middle), middle < 0 ? "faster" : "slower");
  if (slowness.low && slowness.high) {
    text += fmt::format(", between {:+.2f} % and {:+.2f} %", percent(*slowness.low),
                        percent(*slowness.high));
  }
  return text + fmt::format("; the noise band is {:.2f} % ({}{} rounds)",
                            100 * band_ratio_of(metric), first,
                            second > 0 ? fmt::format(" + {}", second) : "");
}

void Judge::decide(TimingJudgement& judgement, const TimedMetric& metric, const Look& look,
                   const ShiftEstimate& all, bool is_slower) const {
  const double band = band_of(metric);
  const auto set = [&](GateVerdict verdict, const char* reason) {
    judgement.verdict = verdict;
    judgement.reason = reason;
  };
  if (is_slower) {
    set(GateVerdict::regressed, "slower");
  } else if (look.is_faster) {
    set(GateVerdict::improved, "faster");
  } else if (!all.low) {
    set(GateVerdict::inconclusive, "too_few_rounds");
  } else if (*all.high <= band) {
    set(GateVerdict::same, *all.low >= -band ? "within_noise_band" : "not_slower");
  } else if (look.is_suspect) {
    set(GateVerdict::inconclusive, "not_confirmed");
    judgement.message += ", which a second batch did not confirm";
  } else {
    set(GateVerdict::inconclusive, "noise_exceeds_band");
  }
}

TimingJudgement Judge::conclude(const TimedMetric& metric, const Look& look, bool is_slower,
                                const TimingVerdicts& verdicts) const {
  const auto first = static_cast<std::size_t>(verdicts.looked_at);
  const auto second = static_cast<std::size_t>(verdicts.confirmed_by);
  const TimingBatch batch =
      together(first_rounds(metric.batches[0], first), first_rounds(metric.batches[1], second));
  TimingJudgement judgement = look.failed.value_or(TimingJudgement{});
  judgement.pairs = static_cast<std::int64_t>(batch.baseline.size());
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (!batch.baseline.empty() && std::ranges::all_of(batch.baseline, is_finite)) {
    judgement.baseline = median_of(batch.baseline);
  }
  if (!batch.candidate.empty() && std::ranges::all_of(batch.candidate, is_finite)) {
    judgement.candidate = median_of(batch.candidate);
  }
  if (look.failed) return judgement;
  const ShiftEstimate all =
      hodges_lehmann(log_slowness(batch, metric.is_more_better), plan_.confidence_ratio);
  judgement.message = sentence(metric, all, first, second);
  judgement.p_value = look.p_slower;
  const double sign = metric.is_more_better ? -1 : 1;
  judgement.ratio = std::exp(sign * all.estimate);
  if (all.low && all.high) {
    judgement.ratio_low = std::exp(sign * (metric.is_more_better ? *all.high : *all.low));
    judgement.ratio_high = std::exp(sign * (metric.is_more_better ? *all.low : *all.high));
  }
  decide(judgement, metric, look, all, is_slower);
  return judgement;
}

TimingVerdicts Judge::judge() {
  TimingVerdicts verdicts;
  if (metrics_.empty()) return verdicts;
  const auto there = static_cast<std::int64_t>(metrics_.front().batches[0].baseline.size());
  const std::vector<std::int64_t> looks = looks_of(plan_);
  std::vector<Look> found;
  std::vector<bool> is_slower(metrics_.size(), false);
  for (std::size_t look = 0; look < looks.size(); ++look) {
    verdicts.looked_at = std::min(looks[look], there);
    found = look_at(look, static_cast<std::size_t>(verdicts.looked_at));
    if (looks[look] > there) {
      verdicts.next = {0, looks[look] - there};
      break;
    }
    const bool is_last = look + 1 == looks.size();
    if (!is_last && !asked_are_decided(found)) continue;
    if (largest_family_of_suspects(found) > 0) confirm(found, verdicts, is_slower);
    break;
  }
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    verdicts.metrics.push_back(conclude(metrics_[i], found[i], is_slower[i], verdicts));
  }
  return verdicts;
}

}  // namespace

std::vector<double> log_slowness(const TimingBatch& batch, bool is_more_better) {
  // Equal ratios differ in their last bits once they are logarithms: 1e-12 is no measured time.
  constexpr double grid = 1e12;
  std::vector<double> slowness;
  for (std::size_t i = 0; i < std::min(batch.baseline.size(), batch.candidate.size()); ++i) {
    const double ratio = std::log(batch.candidate[i] / batch.baseline[i]);
    slowness.push_back(std::round((is_more_better ? -ratio : ratio) * grid) / grid);
  }
  return slowness;
}

TimingVerdicts judge_times(std::span<const TimedMetric> metrics, const TimingPlan& plan) {
  return Judge(metrics, plan).judge();
}

}  // namespace actscope::reports
