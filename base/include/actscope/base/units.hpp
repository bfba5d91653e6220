// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace actscope {

/// "48.2 MiB", "512 B": binary units, three significant places. Units: bytes.
std::string format_bytes(std::int64_t bytes);

/// Reads "64MiB", "8 GiB", "1500", "2k"; k/M/G alone and KiB/MiB/GiB mean powers of 1024,
/// kB/MB/GB powers of 1000. Units: bytes.
/// Errors  ConfigError: not a non-negative size, or above 2^62
std::int64_t parse_bytes(std::string_view text);

/// "1.23 s", "45.6 ms", "12 min 3 s". Units: seconds.
std::string format_duration(double seconds);

/// "17.0x" of `reference` over `value`; "n/a" where value is not positive.
std::string format_factor(double reference, double value);

/// "15,350,872".
std::string format_count(std::int64_t count);

}  // namespace actscope
