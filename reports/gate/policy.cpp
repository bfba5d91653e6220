// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/policy.hpp"

#include <chrono>

#include "format/json_cursor.hpp"

namespace actscope::reports {
namespace {

int digits_of(std::string_view text) {
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    number = 10 * number + (c - '0');
  }
  return number;
}

std::string read_day(const JsonCursor& from) {
  const std::string day = from.text();
  const std::string_view text = day;
  bool is_day = text.size() == 10 && text[4] == '-' && text[7] == '-';
  if (is_day) {
    const int year = digits_of(text.substr(0, 4)), month = digits_of(text.substr(5, 2)),
              number = digits_of(text.substr(8, 2));
    is_day = year >= 0 && month > 0 && number > 0 &&
             std::chrono::year_month_day{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(number))}
                 .ok();
  }
  if (!is_day) from.refuse("a day as 2026-12-31");
  return day;
}

std::string read_words(const JsonCursor& from, const char* expected) {
  std::string text = from.text();
  if (text.empty()) from.refuse(expected);
  return text;
}

GateWaiver read_waiver(const JsonCursor& from) {
  from.require_known_fields({"expires", "metric", "reason"});
  return {read_words(from.at("metric"), "a metric or a glob"),
          read_words(from.at("reason"), "why it is waived"), read_day(from.at("expires"))};
}

double read_margin(const JsonCursor& margins, const char* name, double standard) {
  return margins.has(name) ? margins.at(name).amount() : standard;
}

}  // namespace

bool matches_glob(std::string_view glob, std::string_view name) {
  std::size_t at = 0, in_name = 0, star = std::string_view::npos, resume = 0;
  while (in_name < name.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      resume = in_name;
    } else if (at < glob.size() && (glob[at] == '?' || glob[at] == name[in_name])) {
      ++at;
      ++in_name;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in_name = ++resume;
    } else {
      return false;
    }
  }
  while (at < glob.size() && glob[at] == '*') ++at;
  return at == glob.size();
}

std::string write_policy_document(const GatePolicy& policy) {
  Json waivers = Json::array();
  for (const GateWaiver& waiver : policy.waivers) {
    waivers.push_back(
        {{"metric", waiver.metric}, {"reason", waiver.reason}, {"expires", waiver.expires}});
  }
  return format_json({{"schema", schema_of("actscope.policy")},
                      {"margins",
                       {{"heldout_accuracy_ratio", policy.accuracy_margin_ratio},
                        {"train_loss_ratio", policy.loss_margin_ratio}}},
                      {"confidence_ratio", policy.confidence_ratio},
                      {"ignore", policy.ignore},
                      {"waivers", std::move(waivers)}});
}

GatePolicy read_policy_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.policy");
  root.require_known_fields({"confidence_ratio", "ignore", "margins", "schema", "waivers"});
  GatePolicy policy;
  if (root.has("margins")) {
    const JsonCursor margins = root.at("margins");
    margins.require_known_fields({"heldout_accuracy_ratio", "train_loss_ratio"});
    policy.accuracy_margin_ratio =
        read_margin(margins, "heldout_accuracy_ratio", policy.accuracy_margin_ratio);
    policy.loss_margin_ratio = read_margin(margins, "train_loss_ratio", policy.loss_margin_ratio);
  }
  if (root.has("confidence_ratio")) {
    policy.confidence_ratio = root.at("confidence_ratio").number();
    if (policy.confidence_ratio < 0.5 || policy.confidence_ratio > 0.9999) {
      root.at("confidence_ratio").refuse("a number from 0.5 to 0.9999");
    }
  }
  if (root.has("ignore")) policy.ignore = root.at("ignore").texts();
  if (root.has("waivers")) {
    for (const JsonCursor& from : root.at("waivers").items()) {
      policy.waivers.push_back(read_waiver(from));
    }
  }
  return policy;
}

}  // namespace actscope::reports
