// SPDX-License-Identifier: Apache-2.0
#include "training/checkpoint_state.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace actscope::core {
namespace {

using nlohmann::json;

constexpr std::int64_t most_steps = std::int64_t{1} << 53;  // whole numbers up to here in a double
constexpr std::size_t checksum_digits = 8;

// Thrown and caught here only.
struct Refused {};

void require(bool is_right) {
  if (!is_right) throw Refused{};
}

std::int64_t whole(const json& object, const char* key, std::int64_t most) {
  const json& value = object.at(key);
  require(value.is_number_integer());
  const auto number = value.get<std::int64_t>();
  require(number >= 0 && number <= most);
  return number;
}

double finite(const json& object, const char* key, double least) {
  const json& value = object.at(key);
  require(value.is_number());
  const auto number = value.get<double>();
  require(std::isfinite(number) && number >= least);
  return number;
}

constexpr double any = -std::numeric_limits<double>::max();

json number_or_null(const Measured<double>& measured) {
  return measured.value ? json(*measured.value) : json();
}

// The reason of an absent number is not kept.
Measured<double> measured(const json& object, const char* key, double least, double most) {
  if (object.at(key).is_null()) return Measured<double>::missing("not measured");
  const double number = finite(object, key, least);
  require(number <= most);
  return Measured<double>::of(number);
}

json to_json(const AccuracyPoint& point) {
  return {{"epoch", point.epoch},
          {"step", point.step},
          {"elapsed_s", point.elapsed_s},
          {"train_loss", number_or_null(point.train_loss)},
          {"train_accuracy_ratio", number_or_null(point.train_accuracy_ratio)},
          {"heldout_loss", number_or_null(point.heldout_loss)},
          {"heldout_accuracy_ratio", number_or_null(point.heldout_accuracy_ratio)}};
}

AccuracyPoint point_of(const json& object, std::int64_t last_step) {
  AccuracyPoint point;
  point.step = whole(object, "step", last_step);
  point.epoch = whole(object, "epoch", point.step);
  point.elapsed_s = finite(object, "elapsed_s", 0);
  const double most = std::numeric_limits<double>::max();
  point.train_loss = measured(object, "train_loss", any, most);
  point.train_accuracy_ratio = measured(object, "train_accuracy_ratio", 0, 1);
  point.heldout_loss = measured(object, "heldout_loss", any, most);
  point.heldout_accuracy_ratio = measured(object, "heldout_accuracy_ratio", 0, 1);
  return point;
}

CheckpointState state_of(const json& object) {
  CheckpointState state;
  state.config_digest = object.at("config_digest").get<std::string>();
  state.step = whole(object, "step", most_steps);
  state.elapsed_s = finite(object, "elapsed_s", 0);
  state.loss_sum = finite(object, "loss_sum", any);
  state.steps_summed = whole(object, "steps_summed", state.step);
  state.correct = whole(object, "correct", most_steps);
  require(state.steps_summed > 0 || (state.correct == 0 && state.loss_sum == 0));
  require(object.at("accuracy").is_array());
  for (const json& point : object.at("accuracy")) {
    const std::int64_t before = state.accuracy.empty() ? 0 : state.accuracy.back().step;
    state.accuracy.push_back(point_of(point, state.step));
    require(state.accuracy.back().step > before);
  }
  require(object.at("optimizer_steps").is_object());
  for (const auto& [name, steps] : object.at("optimizer_steps").items()) {
    require(steps.is_number_integer());
    const auto count = steps.get<std::int64_t>();
    require(count >= 0 && count <= state.step);
    state.optimizer_steps.emplace(name, count);
  }
  return state;
}

// The text is short and its nesting is that of an object of ours, or it is refused.
json parsed(const std::string& text) {
  const auto watch = [](int depth, json::parse_event_t, json&) {
    require(depth <= 4);
    return true;
  };
  return json::parse(text, watch);
}

template <class Read>
auto read_or_nothing(const Read& read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const Refused&) {
  } catch (const json::exception&) {
  }
  return std::nullopt;
}

}  // namespace

std::string write_checkpoint_state(const CheckpointState& state) {
  json accuracy = json::array();
  for (const AccuracyPoint& point : state.accuracy) accuracy.push_back(to_json(point));
  const json object = {{"config_digest", state.config_digest},
                       {"step", state.step},
                       {"elapsed_s", state.elapsed_s},
                       {"loss_sum", state.loss_sum},
                       {"correct", state.correct},
                       {"steps_summed", state.steps_summed},
                       {"accuracy", accuracy},
                       {"optimizer_steps", state.optimizer_steps}};
  return object.dump();
}

std::optional<CheckpointState> read_checkpoint_state(const std::string& text) {
  return read_or_nothing([&] { return state_of(parsed(text)); });
}

std::string write_checksums(const std::map<std::string, std::uint32_t>& checksums) {
  json object = json::object();
  for (const auto& [name, value] : checksums) {
    std::string digits;
    for (std::size_t i = checksum_digits; i-- > 0;) {
      digits += "0123456789abcdef"[value >> (4 * i) & 0xf];
    }
    object[name] = digits;
  }
  return object.dump();
}

std::optional<std::map<std::string, std::uint32_t>> read_checksums(const std::string& text) {
  return read_or_nothing([&] {
    std::map<std::string, std::uint32_t> checksums;
    const json object = parsed(text);
    require(object.is_object());
    for (const auto& [name, value] : object.items()) {
      const auto digits = value.get<std::string>();
      std::uint32_t number = 0;
      const char* const end = digits.data() + digits.size();
      const auto read = std::from_chars(digits.data(), end, number, 16);
      require(digits.size() == checksum_digits && read.ec == std::errc{} && read.ptr == end);
      checksums.emplace(name, number);
    }
    return checksums;
  });
}

}  // namespace actscope::core
