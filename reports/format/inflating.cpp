// SPDX-License-Identifier: Apache-2.0
#include "format/inflating.hpp"

#include <algorithm>
#include <array>

#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t portion_bytes = std::size_t{1} << 18U;
constexpr int any_header = 15 + 32;
// Deflate reaches 1032; a trace is packed 10 to 30 times.
constexpr std::uint64_t most_times = 400;
constexpr std::uint64_t least_bytes = std::uint64_t{1} << 14U;  // of which that is asked

}  // namespace

InflatedFile::InflatedFile(const std::filesystem::path& file, ReadingProgress progress)
    : path_(file), progress_(std::move(progress)), packed_(portion_bytes) {
  std::error_code code;
  const auto size = std::filesystem::file_size(file, code);
  const bool is_file = !code && std::filesystem::is_regular_file(file, code);
  if (is_file) stream_.open(file, std::ios::binary);
  if (!is_file || !stream_) {
    throw DataError(error_text("cannot read " + file.string(),
                               is_file ? "no permission" : "there is no such file",
                               "name a trace.db, trace.json, trace.json.gz or trace.pftrace"));
  }
  size_ = size;
}

InflatedFile::~InflatedFile() {
  if (inflater_) inflateEnd(inflater_.get());
}

void InflatedFile::refuse(const std::string& why) const {
  throw ReportFormatError(
      error_text(path_.string() + " cannot be unpacked", why, "write or copy it again"));
}

std::string_view InflatedFile::read_file() {
  if (is_stopped_) return {};
  stream_.read(packed_.data(), static_cast<std::streamsize>(packed_.size()));
  const auto count = static_cast<std::size_t>(stream_.gcount());
  taken_ += count;
  const double share = size_ == 0 ? 1 : static_cast<double>(taken_) / static_cast<double>(size_);
  if (progress_ && !progress_(std::min(share, 1.0))) {
    is_stopped_ = true;
    return {};
  }
  return {packed_.data(), count};
}

std::string_view InflatedFile::next() {
  if (!is_started_) {
    is_started_ = true;
    const std::string_view first = read_file();
    const bool is_packed = first.size() > 2 && first[0] == '\x1f' && first[1] == '\x8b';
    if (!is_packed) return first;
    bytes_.resize(portion_bytes);
    inflater_ = std::make_unique<z_stream>();
    inflater_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(first.data()));
    inflater_->avail_in = static_cast<uInt>(first.size());
    if (inflateInit2(inflater_.get(), any_header) != Z_OK) refuse("zlib got no memory");
    is_member_open_ = true;
  }
  if (!inflater_) return read_file();
  inflater_->next_out = reinterpret_cast<Bytef*>(bytes_.data());
  inflater_->avail_out = static_cast<uInt>(bytes_.size());
  while (inflater_->avail_out != 0) {
    if (inflater_->avail_in == 0) {
      const std::string_view more = read_file();
      if (is_stopped_) return {};
      if (more.empty()) break;
      inflater_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(more.data()));
      inflater_->avail_in = static_cast<uInt>(more.size());
    }
    if (!is_member_open_) {  // a file may hold several members
      inflateReset(inflater_.get());
      is_member_open_ = true;
    }
    const int result = inflate(inflater_.get(), Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      is_member_open_ = false;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      refuse(inflater_->msg ? inflater_->msg : "damaged");
    }
  }
  const std::size_t count = bytes_.size() - inflater_->avail_out;
  if (count == 0 && is_member_open_) refuse("it is cut off");
  given_ += count;
  if (given_ > most_times * std::max(taken_, least_bytes)) {
    refuse("it unpacks to more than 400 times its size");
  }
  return {bytes_.data(), count};
}

std::string inflated(std::string_view packed, const std::string& source) {
  z_stream stream{};
  const auto refuse = [&](const std::string& why) {
    throw ReportFormatError(error_text(source + " cannot be unpacked", why, "write it again"));
  };
  if (inflateInit2(&stream, any_header) != Z_OK) refuse("zlib got no memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, &inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string bytes;
  std::array<char, 1U << 16U> part;
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    result = inflate(&stream, Z_NO_FLUSH);
    bytes.append(part.data(), part.size() - stream.avail_out);
    if (bytes.size() > most_times * std::max(std::uint64_t{packed.size()}, least_bytes)) {
      refuse("it unpacks to more than 400 times its size");
    }
  }
  if (result != Z_STREAM_END) refuse("it is damaged or cut off");
  return bytes;
}

}  // namespace actscope::reports
