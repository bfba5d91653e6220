// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <QFile>
#include <QImage>
#include <QImageWriter>
#include <algorithm>
#include <climits>
#include <cstdlib>

namespace actscope::gui::test {

/// Whether a pixel of one picture is in the other within 48 of 255 in each channel, at its place or
/// one pixel beside it: another version of a font library draws edges so much otherwise.
inline bool isNearby(const QImage& picture, int x, int y, QRgb wanted) {
  constexpr int tolerance = 48;
  for (int v = std::max(y - 1, 0); v <= std::min(y + 1, picture.height() - 1); ++v) {
    const auto* line = reinterpret_cast<const QRgb*>(picture.constScanLine(v));
    for (int u = std::max(x - 1, 0); u <= std::min(x + 1, picture.width() - 1); ++u) {
      const int most = std::max({std::abs(qRed(line[u]) - qRed(wanted)),
                                 std::abs(qGreen(line[u]) - qGreen(wanted)),
                                 std::abs(qBlue(line[u]) - qBlue(wanted))});
      if (most <= tolerance) return true;
    }
  }
  return false;
}

/// How many pixels of either picture are not near in the other.
inline int differingPixels(const QImage& a, const QImage& b) {
  int count = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      const QRgb left = a.pixel(x, y), right = b.pixel(x, y);
      if (left == right) continue;
      count += isNearby(b, x, y, left) && isNearby(a, x, y, right) ? 0 : 1;
    }
  }
  return count;
}

/// Compares with tests/golden/gui/NAME.png, where pictures are kept in 32 shades a channel, which
/// makes them small. At most 60 pixels may differ, in the sense of isNearby: a label that moves by
/// two pixels, or a digit that changes into another in three places, is more. A mismatch leaves
/// NAME.actual.png beside it; ACTSCOPE_RENEW_GOLDEN writes the file.
inline void expectPicture(const QString& name, const QImage& picture) {
  constexpr int most = 60;
  const QString folder = QString(ACTSCOPE_TEST_SOURCE_DIR) + "/golden/gui/";
  const QString file = folder + name + ".png";
  QImage actual = picture.convertToFormat(QImage::Format_RGB32);
  for (int y = 0; y < actual.height(); ++y) {
    auto* line = reinterpret_cast<QRgb*>(actual.scanLine(y));
    const auto shade = [](int value) { return (value & 0xf8) | (value >> 5); };
    for (int x = 0; x < actual.width(); ++x) {
      line[x] = qRgb(shade(qRed(line[x])), shade(qGreen(line[x])), shade(qBlue(line[x])));
    }
  }
  const auto save = [&](const QString& to) {
    QImageWriter writer(to);
    writer.setCompression(100);
    return writer.write(actual);
  };
  if (std::getenv("ACTSCOPE_RENEW_GOLDEN") != nullptr) {
    ASSERT_TRUE(save(file)) << file.toStdString();
  }
  const QImage expected = QImage(file).convertToFormat(QImage::Format_RGB32);
  const std::string remedy = "; scripts/golden --gui renews " + file.toStdString();
  const bool isOfSize = expected.size() == actual.size();
  EXPECT_TRUE(isOfSize) << "no such picture, or of another size" << remedy;
  const int differing = isOfSize ? differingPixels(actual, expected) : INT_MAX;
  if (differing > most) save(folder + name + ".actual.png");
  EXPECT_LE(differing, most) << "pixels that differ" << remedy;
}

}  // namespace actscope::gui::test
