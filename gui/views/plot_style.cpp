// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/plot_style.hpp"

#include <array>
#include <cmath>

namespace actscope::gui {
namespace {

QPalette paletteOf(const QColor& window, const QColor& base, const QColor& alternate,
                   const QColor& text, const QColor& button, const QColor& highlight) {
  QPalette palette;
  palette.setColor(QPalette::Window, window);
  palette.setColor(QPalette::WindowText, text);
  palette.setColor(QPalette::Base, base);
  palette.setColor(QPalette::AlternateBase, alternate);
  palette.setColor(QPalette::Text, text);
  palette.setColor(QPalette::Button, button);
  palette.setColor(QPalette::ButtonText, text);
  palette.setColor(QPalette::BrightText, Qt::white);
  palette.setColor(QPalette::ToolTipBase, base);
  palette.setColor(QPalette::ToolTipText, text);
  palette.setColor(QPalette::Highlight, highlight);
  palette.setColor(QPalette::HighlightedText, Qt::white);
  palette.setColor(QPalette::Link, highlight);
  QColor faint = text;
  faint.setAlphaF(0.5F);
  palette.setColor(QPalette::PlaceholderText, faint);
  for (const QPalette::ColorRole role :
       {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, faint);
  }
  palette.setColor(QPalette::Light, button.lighter(130));
  palette.setColor(QPalette::Midlight, button.lighter(112));
  palette.setColor(QPalette::Mid, button.darker(130));
  palette.setColor(QPalette::Dark, button.darker(160));
  palette.setColor(QPalette::Shadow, button.darker(250));
  return palette;
}

}  // namespace

QColor mixed(const QColor& a, const QColor& b, double share) {
  const auto mix = [share](int x, int y) {
    return static_cast<int>(std::lround(x + share * (y - x)));
  };
  return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

bool isDark(const QPalette& palette) {
  return palette.color(QPalette::Base).lightness() < 128;
}

QPalette lightPalette() {
  return paletteOf("#f3f4f6", "#ffffff", "#f5f7fa", "#1b1f24", "#e6e8ec", "#0060a8");
}

QPalette darkPalette() {
  return paletteOf("#1e2126", "#15171b", "#1b1e23", "#e4e7eb", "#2b2f36", "#2f7fc1");
}

QColor colorOfA(const QPalette& palette) {
  return isDark(palette) ? "#56b4e9" : "#0072b2";
}

QColor colorOfB(const QPalette& palette) {
  return isDark(palette) ? "#f5a13a" : "#d55e00";
}

QColor seriesColor(const QPalette& palette, int series) {
  static const std::array<const char*, 8> light = {"#009e73", "#cc79a7", "#7a5fc4", "#8c6d1f",
                                                   "#3fa7d6", "#5b6470", "#a83254", "#b8b02a"};
  static const std::array<const char*, 8> dark = {"#1fc79a", "#e39cc5", "#a793f0", "#d9c04a",
                                                  "#a8dcff", "#a9b1bc", "#e0647f", "#7f9a1f"};
  return (isDark(palette) ? dark : light)[static_cast<std::size_t>(series) % light.size()];
}

QCPScatterStyle::ScatterShape seriesShape(int series) {
  static const std::array<QCPScatterStyle::ScatterShape, 5> shapes = {
      QCPScatterStyle::ssCircle, QCPScatterStyle::ssSquare, QCPScatterStyle::ssTriangle,
      QCPScatterStyle::ssDiamond, QCPScatterStyle::ssTriangleInverted};
  return shapes[static_cast<std::size_t>(series) % shapes.size()];
}

Qt::PenStyle seriesDash(int series) {
  static const std::array<Qt::PenStyle, 3> dashes = {Qt::SolidLine, Qt::DashDotLine,
                                                     Qt::DashDotDotLine};
  return dashes[static_cast<std::size_t>(series / 8) % dashes.size()];
}

QColor depthColor(const QPalette& palette, double share) {
  const QColor deep(isDark(palette) ? "#7a5fc4" : "#a793f0");
  return mixed(palette.color(QPalette::Base), deep, share);
}

QCPColorGradient sequentialGradient() {
  // Cividis: the same for readers with and without color vision.
  QCPColorGradient gradient;
  gradient.clearColorStops();
  const std::array<const char*, 6> stops = {"#00306f", "#39486b", "#61656f",
                                            "#8b8579", "#bcaa6d", "#fde945"};
  for (std::size_t i = 0; i < stops.size(); ++i) {
    gradient.setColorStopAt(static_cast<double>(i) / (stops.size() - 1), QColor(stops[i]));
  }
  return gradient;
}

QCPColorGradient divergingGradient(const QPalette& palette, bool isMoreBetter) {
  QCPColorGradient gradient;
  gradient.clearColorStops();
  gradient.setColorStopAt(0, betterColor);
  gradient.setColorStopAt(0.5, isDark(palette) ? QColor("#33373d") : QColor("#f7f7f7"));
  gradient.setColorStopAt(1, worseColor);
  return isMoreBetter ? gradient.inverted() : gradient;
}

QColor inkOn(const QColor& background) {
  // The relative luminance of WCAG 2; from 0.179 on black has the higher contrast.
  const auto linear = [](double share) {
    return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
  };
  const double light = 0.2126 * linear(background.redF()) + 0.7152 * linear(background.greenF()) +
                       0.0722 * linear(background.blueF());
  return light > 0.179 ? QColor(Qt::black) : QColor(Qt::white);
}

void styleAxis(QCPAxis& axis, const QPalette& palette) {
  const QColor text = palette.color(QPalette::Text), base = palette.color(QPalette::Base);
  const QPen line(mixed(base, text, 0.55));
  axis.setBasePen(line);
  axis.setTickPen(line);
  axis.setSubTickPen(line);
  axis.setTickLabelColor(text);
  axis.setLabelColor(text);
  axis.setTickLabelFont(QGuiApplication::font());
  axis.setLabelFont(QGuiApplication::font());
  axis.grid()->setPen(QPen(mixed(base, text, 0.14)));
  axis.grid()->setSubGridPen(QPen(mixed(base, text, 0.07)));
  axis.grid()->setZeroLinePen(QPen(mixed(base, text, 0.45)));
}

void alignScale(QCustomPlot& plot, QCPColorScale& scale) {
  auto* group = new QCPMarginGroup(&plot);
  plot.axisRect()->setMarginGroup(QCP::msBottom | QCP::msTop, group);
  scale.setMarginGroup(QCP::msBottom | QCP::msTop, group);
}

void placeLegendAside(QCustomPlot& plot) {
  plot.setAutoAddPlottableToLegend(false);
  auto* side = new QCPLayoutGrid;
  plot.plotLayout()->addElement(0, 1, side);
  plot.plotLayout()->setColumnStretchFactor(1, 0.001);
  side->addElement(0, 0, plot.legend);
  side->addElement(1, 0, new QCPLayoutElement(&plot));
  side->setRowStretchFactor(0, 0.001);
  side->setMargins(QMargins(0, 5, 5, 5));
}

void stylePlot(QCustomPlot& plot, const QPalette& palette) {
  plot.setBackground(palette.brush(QPalette::Base));
  for (QCPAxisRect* rect : plot.axisRects()) {
    for (QCPAxis* axis : rect->axes()) styleAxis(*axis, palette);
  }
  plot.legend->setFont(QGuiApplication::font());
  plot.legend->setTextColor(palette.color(QPalette::Text));
  plot.legend->setBrush(palette.brush(QPalette::Base));
  plot.legend->setBorderPen(
      QPen(mixed(palette.color(QPalette::Base), palette.color(QPalette::Text), 0.25)));
}

QVector<double> BytesTicker::createTickVector(double step, const QCPRange& range) {
  if (!m_isLog) return QCPAxisTicker::createTickVector(step, range);
  QVector<double> ticks;
  const double octaves = std::log2(range.upper / std::max(range.lower, 1.0));
  const double factor = octaves > 24 ? 1024 : octaves > 12 ? 16 : octaves > 6 ? 4 : 2;
  for (double tick = std::pow(2, std::floor(std::log2(std::max(range.lower, 1.0))));
       tick <= range.upper * factor; tick *= factor) {
    ticks << tick;
  }
  return ticks;
}

double BytesTicker::getTickStep(const QCPRange& range) {
  // The power of two that gives four to eight ticks.
  return std::pow(2, std::ceil(std::log2(std::max(range.size(), 8.0) / 8)));
}

QString BytesTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
  const double size = std::abs(tick);
  static const std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  double shown = size;
  while (shown >= 1024 && unit + 1 < units.size()) {
    shown /= 1024;
    ++unit;
  }
  return QString("%1%2 %3").arg(tick < 0 ? "−" : "").arg(shown, 0, 'g', 4).arg(units[unit]);
}

}  // namespace actscope::gui
