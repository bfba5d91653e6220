// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/timeline_painter.hpp"

#include <QFontMetrics>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "views/plot_style.hpp"

namespace actscope::gui {
namespace {

using reports::RowPiece;
using reports::Timeline;

constexpr int laneGap = 5;
constexpr int leastNameWidth = 30;

QColor between(const QColor& a, const QColor& b, double share) {
  const auto mix = [share](int from, int to) {
    return static_cast<int>(std::lround(from + share * (to - from)));
  };
  return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

// The same name has the same color in every trace and session.
int hueOfName(const std::string& name, int count) {
  std::uint32_t hash = 2166136261U;
  for (const char letter : name) hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619U;
  return static_cast<int>((hash ^ (hash >> 15U)) % static_cast<std::uint32_t>(count));
}

}  // namespace

void TimelinePainter::prepare(const TimelineScene& scene, const QPalette& palette,
                              const QFont& font) {
  const QFontMetrics metrics(font);
  const bool isNewFont = font != m_font;
  m_font = font;
  m_lineHeight = metrics.height() + 3;
  m_letterWidth = std::max(1, metrics.averageCharWidth());
  m_tops.clear();
  int top = 0;
  for (const TimelineBand& band : scene.bands()) {
    if (!band.title.isEmpty() && !m_tops.empty()) top += laneGap;
    m_tops.push_back(top);
    top += band.kind == TimelineBand::Kind::counter ? 3 * m_lineHeight : m_lineHeight;
  }
  m_tops.push_back(top);
  if (palette != m_palette || m_colors[0][0][0].fill == QColor()) prepareColors(palette);
  for (const int side : {0, 1}) {
    const auto at = static_cast<std::size_t>(side);
    const Timeline* timeline = scene.timeline(side);
    if (isNewFont || timeline != m_hued[at]) {
      m_names[at].clear();
      m_widths[at].clear();
    }
    if (timeline == m_hued[at]) continue;
    m_hued[at] = timeline;
    m_hues[at].clear();
    if (!timeline) continue;
    for (const std::string& name : timeline->names) {
      m_hues[at].push_back(static_cast<std::uint8_t>(hueOfName(name, hues)));
    }
  }
}

void TimelinePainter::prepareColors(const QPalette& palette) {
  m_palette = palette;
  const QColor base = palette.color(QPalette::Base);
  for (int hue = 0; hue < hues; ++hue) {
    // Eight colors, each also nearer to the background.
    const QColor plain = seriesColor(palette, hue / 2);
    const QColor color = hue % 2 == 0 ? plain : between(plain, base, 0.35);
    for (int shade = 0; shade < shades; ++shade) {
      const double share = 0.3 + 0.7 * (shade + 1) / shades;
      for (const bool isDim : {false, true}) {
        const QColor fill = between(base, color, isDim ? 0.25 * share : share);
        m_colors[isDim ? 1 : 0][static_cast<std::size_t>(hue)][static_cast<std::size_t>(shade)] = {
            fill, inkOn(fill)};
      }
    }
  }
}

int TimelinePainter::bandAt(int y) const {
  if (y < 0 || y >= contentHeight()) return -1;
  return static_cast<int>(std::ranges::upper_bound(m_tops, y) - m_tops.begin()) - 1;
}

void TimelinePainter::paint(QPainter& painter, const QRect& area, int scroll,
                            const TimelineScene& scene, const TimelineMarks& marks) {
  painter.setFont(m_font);
  painter.fillRect(area, m_palette.color(QPalette::Base));
  const int width = area.width() - gutter;
  if (width < 10 || scene.isEmpty()) return;
  m_left = area.left() + gutter;
  m_from = scene.window().from();
  m_pixelsANs = width / scene.window().span();
  const int axisBottom = area.top() + axisHeight();
  const QRect content(area.left(), axisBottom, area.width(), area.bottom() + 1 - axisBottom);
  painter.save();
  painter.setClipRect(content);
  for (std::size_t band = 0; band + 1 < m_tops.size(); ++band) {
    const int top = content.top() + m_tops[band] - scroll;
    if (top + heightOf(band) < content.top()) continue;
    if (top > content.bottom()) break;
    const TimelineBand& shown = scene.bands()[band];
    if (shown.kind == TimelineBand::Kind::row) paintRow(painter, scene, shown, top, width, marks);
    if (shown.kind == TimelineBand::Kind::counter) paintCounter(painter, scene, shown, top, width);
  }
  paintSteps(painter, content, scene);
  paintRange(painter, content, scroll, scene, marks);
  if (marks.current) paintCurrent(painter, content, scroll, scene, marks.current, marks.hasFocus);
  paintGutter(painter, content, scroll, scene, marks);
  painter.restore();
  paintAxis(painter, area, scene);
}

void TimelinePainter::paintRow(QPainter& painter, const TimelineScene& scene,
                               const TimelineBand& band, int top, int width,
                               const TimelineMarks& marks) {
  const Timeline& timeline = *scene.timeline(band.side);
  const std::int64_t from = scene.clockTime(band.side, scene.window().from());
  const std::int64_t to = std::max(from + 1, scene.clockTime(band.side, scene.window().to()));
  m_pieces.clear();
  reports::append_pieces(timeline, timeline.rows[band.number], from, to, width, m_pieces);
  const int height = m_lineHeight - 1;
  const bool isSearching = marks.search && !marks.search->text().isEmpty();
  const double nsAPixel = 1 / m_pixelsANs;
  m_runs.clear();
  for (const RowPiece& piece : m_pieces) {
    const bool isOne = piece.slices == 1 && piece.right - piece.left >= 2;
    const double share = isOne
                             ? 1
                             : std::clamp(static_cast<double>(piece.busy_ns) /
                                              (nsAPixel * std::max(1.0, piece.right - piece.left)),
                                          0.0, 1.0);
    const int shade = std::min(shades - 1, static_cast<int>(share * shades));
    const bool isDim = isSearching && !marks.search->isMatch({band.side, piece.slice}, scene);
    const auto hue = static_cast<std::size_t>(hueOf(band.side, timeline.name[piece.slice]));
    const int left = static_cast<int>(std::lround(piece.left));
    int right = std::max(static_cast<int>(std::lround(piece.right)), left + 1);
    if (isOne && right - left > 3) --right;  // tells neighbors of one name apart
    m_runs.push_back({left, std::min(right, width),
                      m_colors[isDim ? 1 : 0][hue][static_cast<std::size_t>(shade)].fill.rgb()});
  }
  fillRow(painter, top, width, height);
  for (const RowPiece& piece : m_pieces) {
    if (piece.right - piece.left < leastNameWidth || piece.slices != 1) continue;
    const bool isDim = isSearching && !marks.search->isMatch({band.side, piece.slice}, scene);
    paintName(painter, timeline, band.side, piece, top, isDim);
  }
}

// On a screen a row is one copy of pixels, whatever is in it; in a drawing it is rectangles.
void TimelinePainter::fillRow(QPainter& painter, int top, int width, int height) {
  const int type = painter.device()->devType();
  const bool isOfPixels = type == QInternal::Image || type == QInternal::Widget;
  const int left = static_cast<int>(m_left);
  if (!isOfPixels) {
    for (const Run& run : m_runs) {
      painter.fillRect(QRect(left + run.left, top, run.right - run.left, height),
                       QColor(run.color));
    }
    return;
  }
  if (m_row.size() != QSize(width, height)) m_row = QImage(width, height, QImage::Format_RGB32);
  auto* line = reinterpret_cast<QRgb*>(m_row.scanLine(0));
  std::fill(line, line + width, m_palette.color(QPalette::Base).rgb());
  for (const Run& run : m_runs) {
    if (run.left < run.right) std::fill(line + run.left, line + run.right, run.color);
  }
  for (int y = 1; y < height; ++y) {
    std::copy(line, line + width, reinterpret_cast<QRgb*>(m_row.scanLine(y)));
  }
  painter.drawImage(QPoint(left, top), m_row);
}

// A name that does not fit loses its end; texts are laid out once.
void TimelinePainter::paintName(QPainter& painter, const Timeline& timeline, int side,
                                const RowPiece& piece, int top, bool isDim) {
  constexpr int margin = 3;
  constexpr qsizetype mostTexts = 20'000;
  const std::uint32_t name = timeline.name[piece.slice];
  const int width = static_cast<int>(piece.right - piece.left) - 2 * margin;
  const auto whole = static_cast<int>(timeline.names[name].size());
  // In steps of two letters, so that a zoom does not lay out each width.
  int letters = width / m_letterWidth / 2 * 2;
  std::vector<int>& widths = m_widths[static_cast<std::size_t>(side)];
  widths.resize(timeline.names.size(), 0);
  if (widths[name] == 0) {
    constexpr qsizetype longest = 300;  // of a name of C++ that anybody sees whole
    widths[name] = 1 + QFontMetrics(m_font).horizontalAdvance(
                           QString::fromStdString(timeline.names[name]).left(longest));
  }
  if (widths[name] <= width) letters = whole + 8;
  QHash<std::uint64_t, QStaticText>& texts = m_names[static_cast<std::size_t>(side)];
  const std::uint64_t key =
      (std::uint64_t{name} << 32U) | static_cast<std::uint32_t>(std::max(letters, 0));
  auto found = texts.find(key);
  if (found == texts.end()) {
    if (texts.size() > mostTexts) texts.clear();
    const QFontMetrics metrics(m_font);
    // A long name of C++ is cut before it is measured.
    const QString full = QString::fromStdString(timeline.names[name]).left(letters + 200);
    const bool isWhole = letters > whole;
    QStaticText text(isWhole ? full
                             : metrics.elidedText(full, Qt::ElideRight, letters * m_letterWidth));
    text.setTextFormat(Qt::PlainText);
    text.setPerformanceHint(QStaticText::AggressiveCaching);
    text.prepare({}, m_font);
    found = texts.insert(key, text);
  }
  const int hue = hueOf(side, name);
  painter.setPen(m_colors[isDim ? 1 : 0][static_cast<std::size_t>(hue)][shades - 1].ink);
  painter.drawStaticText(QPointF(m_left + std::round(piece.left) + margin, top + 1), *found);
}

QRectF TimelinePainter::placeOf(const TimelineScene& scene, SliceRef ref, int scroll,
                                int axisTop) const {
  const std::uint32_t row = scene.timeline(ref.side)->row_of(ref.slice);
  for (std::size_t band = 0; band < scene.bands().size(); ++band) {
    const TimelineBand& shown = scene.bands()[band];
    if (shown.kind != TimelineBand::Kind::row || shown.side != ref.side || shown.number != row) {
      continue;
    }
    constexpr double far = 30'000;  // painters do not like larger ones
    const double left = std::clamp(x(scene.beginOf(ref)), -far, far);
    const double right = std::clamp(x(scene.endOf(ref)), -far, far);
    return {left, static_cast<double>(axisTop + m_tops[band] - scroll), std::max(1.0, right - left),
            static_cast<double>(m_lineHeight - 1)};
  }
  return {};
}

}  // namespace actscope::gui
