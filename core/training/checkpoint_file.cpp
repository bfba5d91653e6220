// SPDX-License-Identifier: Apache-2.0
#include "training/checkpoint_file.hpp"

#include <cstddef>
#include <span>

#include "actscope/base/atomic_file.hpp"
#include "actscope/base/crc32c.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/sha256.hpp"
#include "training/checkpoint_state.hpp"

namespace actscope::core {
namespace {

constexpr const char* format_name = "actscope.checkpoint";
constexpr const char* format_version = "2";
constexpr std::size_t digest_digits = 64;
constexpr std::size_t length_bytes = 8;  // of the header, before it
constexpr std::string_view digest_key = R"("header_sha256":")";
constexpr std::string_view remedy = "start over with --force";

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string digest_of(const std::string& text) {
  Sha256 digest;
  digest.update(text);
  return digest.hex_digest();
}

// Where the digest of the header stands in it, or npos. In a name or a value the quotes of the key
// would be escaped.
std::size_t digest_place(std::string_view header) {
  const std::size_t key = header.find(digest_key);
  if (key == std::string_view::npos) return key;
  const std::size_t place = key + digest_key.size();
  return header.size() - place > digest_digits ? place : std::string_view::npos;
}

std::string without_digest(std::string_view header, std::size_t place) {
  std::string text(header);
  return text.replace(place, digest_digits, digest_digits, '0');
}

std::string value_of(const SafetensorsLayout& layout, const char* key) {
  const auto found = layout.metadata.find(key);
  return found == layout.metadata.end() ? "" : found->second;
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const CheckpointState& state,
                      const std::vector<TensorEntry>& tensors) {
  std::map<std::string, std::uint32_t> checksums;
  for (const TensorEntry& tensor : tensors) {
    checksums.emplace(tensor.name, crc32c(as_bytes(tensor.bytes)));
  }
  std::string begin =
      safetensors_header(tensors, {{"format", format_name},
                                   {"version", format_version},
                                   {"state", write_checkpoint_state(state)},
                                   {"crc32c", write_checksums(checksums)},
                                   {"header_sha256", std::string(digest_digits, '0')}});
  const std::string header = begin.substr(length_bytes);
  begin.replace(length_bytes + digest_place(header), digest_digits, digest_of(header));
  AtomicFile file(path);
  file.append(begin);
  for (const TensorEntry& tensor : tensors) file.append(tensor.bytes);
  file.commit();
}

Checkpoint parse_checkpoint(std::string_view bytes, const std::string& source) {
  const auto refuse = [&](const std::string& why) {
    throw DataError(error_text("cannot use " + source + " as a checkpoint", why, remedy));
  };
  SafetensorsLayout layout = read_safetensors_layout(bytes, source, {"as a checkpoint", remedy});
  if (value_of(layout, "format") != format_name) refuse("it is damaged, or no checkpoint");
  const std::size_t place = digest_place(layout.header);
  if (place == std::string_view::npos || layout.header.substr(place, digest_digits) !=
                                             digest_of(without_digest(layout.header, place))) {
    refuse("its header is damaged: the checksum differs");
  }
  const std::string version = value_of(layout, "version");
  if (version != format_version) {
    refuse("it is of version " + version + ", this program reads " + format_version);
  }
  const auto checksums = read_checksums(value_of(layout, "crc32c"));
  if (!checksums || checksums->size() != layout.tensors.size()) {
    refuse("it does not have one checksum a tensor");
  }
  for (const TensorEntry& tensor : layout.tensors) {
    const auto expected = checksums->find(tensor.name);
    if (expected == checksums->end() || expected->second != crc32c(as_bytes(tensor.bytes))) {
      refuse("tensor " + tensor.name + " is damaged: the checksum differs");
    }
  }
  auto state = read_checkpoint_state(value_of(layout, "state"));
  if (!state) refuse("its state lacks a field or has a number out of range");
  return {std::move(*state), std::move(layout.tensors)};
}

}  // namespace actscope::core
