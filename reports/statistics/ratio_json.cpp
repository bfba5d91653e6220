// SPDX-License-Identifier: Apache-2.0
#include "statistics/ratio_json.hpp"

namespace actscope::reports {

void set_ratio(Json& object, const std::string& name, const std::string& bound,
               const PairedRatio& ratio) {
  set_measured(object, name, ratio.ratio);
  set_measured(object, bound + "_low", ratio.low);
  set_measured(object, bound + "_high", ratio.high);
}

PairedRatio read_ratio(const JsonCursor& from, const std::string& name, const std::string& bound) {
  return {measured_amount(from, name), measured_amount(from, bound + "_low"),
          measured_amount(from, bound + "_high")};
}

}  // namespace actscope::reports
