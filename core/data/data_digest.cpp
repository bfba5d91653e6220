// SPDX-License-Identifier: Apache-2.0
#include "data/data_digest.hpp"

namespace actscope::core {

DataDigest::DataDigest() {
  // The version of what is fed: another one may not give equal digests.
  add_text("actscope data 2");
}

void DataDigest::add_text(std::string_view text) {
  digest_.update(std::to_string(text.size()) + ":" + std::string(text));
}

void DataDigest::add_classes(const std::vector<std::string>& names) {
  digest_.update("classes " + std::to_string(names.size()) + "\n");
  for (const std::string& name : names) add_text(name);
}

void DataDigest::add_name(std::string_view part, std::string_view name, std::int64_t size_bytes) {
  add_text(part);
  add_text(name);
  digest_.update(std::to_string(size_bytes) + "\n");
}

void DataDigest::add_file(std::string_view part, std::string_view name, std::string_view bytes) {
  add_name(part, name, static_cast<std::int64_t>(bytes.size()));
  digest_.update(std::as_bytes(std::span(bytes)));
}

}  // namespace actscope::core
