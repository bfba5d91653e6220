// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "perfetto_trace.pb.h"

namespace actscope::reports {

/// The packets of a trace as they were before they were deflated.
inline std::string inflated_packets(const std::string& bytes) {
  perfetto::Trace outer;
  EXPECT_TRUE(outer.ParseFromString(bytes));
  std::string packets;
  for (const perfetto::TracePacket& packet : outer.packet()) {
    const std::string& deflated = packet.compressed_packets();
    EXPECT_LT(deflated.size(), std::size_t{512} << 10U) << "readers take no larger ones";
    std::string part(std::size_t{1} << 20U, '\0');
    uLongf size = part.size();
    EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(part.data()), &size,
                         reinterpret_cast<const Bytef*>(deflated.data()), deflated.size()),
              Z_OK);
    packets += part.substr(0, size);
  }
  return packets;
}

}  // namespace actscope::reports
