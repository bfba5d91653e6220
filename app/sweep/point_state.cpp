// SPDX-License-Identifier: Apache-2.0
#include "sweep/point_state.hpp"

#include <nlohmann/json.hpp>

namespace actscope::sweep {

std::string write_point_state(const PointState& state) {
  const nlohmann::json document = {
      {"version", 1},           {"status", name_of(state.status)},
      {"reason", state.reason}, {"exit_code", state.exit_code},
      {"signal", state.signal}, {"elapsed_s", state.elapsed_s},
      {"tries", state.tries},   {"program_version", state.program_version}};
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::optional<PointState> read_point_state(std::string_view text) {
  try {
    const auto document = nlohmann::json::parse(text);
    if (document.at("version").get<int>() != 1) return std::nullopt;
    PointState state;
    const auto status = document.at("status").get<std::string>();
    if (status != "done" && status != "failed") return std::nullopt;
    state.status = status == "done" ? PointStatus::done : PointStatus::failed;
    state.reason = document.at("reason").get<std::string>();
    state.exit_code = document.at("exit_code").get<int>();
    state.signal = document.at("signal").get<int>();
    state.elapsed_s = document.at("elapsed_s").get<double>();
    state.tries = document.at("tries").get<std::int64_t>();
    state.program_version = document.at("program_version").get<std::string>();
    return state;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace actscope::sweep
