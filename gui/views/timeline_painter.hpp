// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QHash>
#include <QImage>
#include <QPalette>
#include <QRect>
#include <QStaticText>
#include <array>
#include <vector>

#include "actscope/reports/timeline/pixels.hpp"
#include "models/timeline_scene.hpp"
#include "models/timeline_search.hpp"

class QPainter;

namespace actscope::gui {

/// What is marked in a picture of the timeline.
struct TimelineMarks {
  SliceRef current;
  TimeRange range;
  int firstBand = 0, lastBand = -1;  ///< of the range
  int currentBand = -1;              ///< that the keys move on; -1: none
  const TimelineSearch* search = nullptr;
  bool hasFocus = false;
};

/// Draws the timeline and knows where each band lies. It draws what can be seen only: a piece a
/// pixel of a row at most, so a million slices cost no more than their pixels.
class TimelinePainter {
 public:
  static constexpr int gutter = 176;  ///< width of the names of lanes

  /// Takes the bands of the scene, the colors, and the height of the font.
  void prepare(const TimelineScene& scene, const QPalette& palette, const QFont& font);
  int axisHeight() const { return 2 * m_lineHeight + 4; }
  /// Of all bands, without the axis.
  int contentHeight() const { return m_tops.empty() ? 0 : m_tops.back(); }
  int topOf(std::size_t band) const { return m_tops[band]; }
  int heightOf(std::size_t band) const { return m_tops[band + 1] - m_tops[band]; }
  /// The band at a height of the content; -1: none.
  int bandAt(int y) const;

  /// `scroll`: how far the bands are scrolled up.
  void paint(QPainter& painter, const QRect& area, int scroll, const TimelineScene& scene,
             const TimelineMarks& marks);

 private:
  struct Inked {
    QColor fill, ink;
  };
  static constexpr int hues = 16, shades = 8;

  double x(double time) const { return m_left + (time - m_from) * m_pixelsANs; }
  void prepareColors(const QPalette& palette);
  int hueOf(int side, std::uint32_t name) const {
    return m_hues[static_cast<std::size_t>(side)][name];
  }
  void paintAxis(QPainter& painter, const QRect& area, const TimelineScene& scene) const;
  void paintSteps(QPainter& painter, const QRect& area, const TimelineScene& scene) const;
  void paintRow(QPainter& painter, const TimelineScene& scene, const TimelineBand& band, int top,
                int width, const TimelineMarks& marks);
  void fillRow(QPainter& painter, int top, int width, int height);
  void paintName(QPainter& painter, const reports::Timeline& timeline, int side,
                 const reports::RowPiece& piece, int top, bool isDim);
  void paintCounter(QPainter& painter, const TimelineScene& scene, const TimelineBand& band,
                    int top, int width);
  void paintGutter(QPainter& painter, const QRect& area, int scroll, const TimelineScene& scene,
                   const TimelineMarks& marks) const;
  void paintRange(QPainter& painter, const QRect& area, int scroll, const TimelineScene& scene,
                  const TimelineMarks& marks) const;
  void paintCurrent(QPainter& painter, const QRect& area, int scroll, const TimelineScene& scene,
                    SliceRef ref, bool hasFocus) const;
  void paintArrow(QPainter& painter, int scroll, int axisTop, const TimelineScene& scene,
                  SliceRef from, SliceRef to) const;
  QRectF placeOf(const TimelineScene& scene, SliceRef ref, int scroll, int axisTop) const;

  std::vector<int> m_tops;  ///< of each band, and the end of the last
  std::array<std::vector<std::uint8_t>, 2> m_hues;
  std::array<const reports::Timeline*, 2> m_hued{};
  std::array<std::array<std::array<Inked, shades>, hues>, 2> m_colors;  ///< plain and dim
  std::array<QHash<std::uint64_t, QStaticText>, 2> m_names;
  std::array<std::vector<int>, 2> m_widths;  ///< of names in pixels, and 1; 0: not measured yet
  std::vector<reports::RowPiece> m_pieces;
  std::vector<reports::CounterPixel> m_pixels;
  struct Run {
    int left, right;  ///< pixels
    QRgb color;
  };
  std::vector<Run> m_runs;  ///< of the row that is being drawn
  QImage m_row;
  QPalette m_palette;
  QFont m_font;
  int m_lineHeight = 16, m_letterWidth = 7;
  double m_left = 0, m_from = 0, m_pixelsANs = 1;
};

}  // namespace actscope::gui
