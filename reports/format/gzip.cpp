// SPDX-License-Identifier: Apache-2.0
#include "format/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace {

constexpr int window_bits = 15;
constexpr int gzip_header = 16;
constexpr int memory_level = 8;
constexpr std::size_t most_at_once = std::size_t{1} << 30U;  // zlib counts in 32 bits

std::string packed_bytes(const std::string& bytes, int header) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits + header, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw EnvironmentError(
        error_text("cannot compress the trace", "zlib got no memory", "free some"));
  }
  std::string packed;
  std::array<Bytef, 1U << 16U> part;
  std::size_t taken = 0;
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    if (stream.avail_in == 0) {
      const std::size_t count = std::min(bytes.size() - taken, most_at_once);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + taken));
      stream.avail_in = static_cast<uInt>(count);
      taken += count;
    }
    stream.next_out = part.data();
    stream.avail_out = static_cast<uInt>(part.size());
    result = deflate(&stream, taken == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    packed.append(reinterpret_cast<const char*>(part.data()), part.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return packed;
}

}  // namespace

std::string gzip(const std::string& bytes) {
  return packed_bytes(bytes, gzip_header);
}

std::string deflated(const std::string& bytes) {
  return packed_bytes(bytes, 0);
}

}  // namespace actscope::reports
