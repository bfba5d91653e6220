// SPDX-License-Identifier: Apache-2.0
#include "eval/predictions_file.hpp"

#include <charconv>

namespace actscope::app {
namespace {

void append_number(std::string& text, auto value) {
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace

void PredictionsFile::add(const core::Prediction& prediction) {
  if (!has_header_) {
    text_ += "index,label,predicted";
    for (std::size_t i = 0; i < prediction.logits.size(); ++i) {
      text_ += ",logit_";
      append_number(text_, i);
    }
    text_ += '\n';
    has_header_ = true;
  }
  append_number(text_, prediction.index);
  for (const std::int64_t value : {prediction.label, prediction.predicted}) {
    text_ += ',';
    append_number(text_, value);
  }
  for (const float logit : prediction.logits) {
    text_ += ',';
    append_number(text_, logit);
  }
  text_ += '\n';
  write_out(1 << 20);
}

void PredictionsFile::commit() {
  write_out(0);
  file_.commit();
}

void PredictionsFile::write_out(std::size_t at_least) {
  if (text_.size() < at_least) return;
  file_.append(text_);
  text_.clear();
}

}  // namespace actscope::app
