// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QPen>
#include <QString>

#include "views/plotting.hpp"

namespace actscope::gui {

bool isDark(const QPalette& palette);

/// The palettes of --light and --dark.
QPalette lightPalette();
QPalette darkPalette();

/// Colors that color-blind readers tell apart (Okabe and Ito), in shades that stand out from the
/// window. A always has colorOfA, B colorOfB; seriesColor counts the others from 0 and repeats.
QColor colorOfA(const QPalette& palette);
QColor colorOfB(const QPalette& palette);
QColor seriesColor(const QPalette& palette, int series);
/// Differs between series of one color.
QCPScatterStyle::ScatterShape seriesShape(int series);
Qt::PenStyle seriesDash(int series);

/// One color with a share of another.
QColor mixed(const QColor& a, const QColor& b, double share);
/// The deeper the more, be that good or bad: from the background at 0 to a strong color at 1.
QColor depthColor(const QPalette& palette, double share);
/// The ends of divergingGradient.
inline constexpr QRgb betterColor = 0xff1f6fb4, worseColor = 0xffd9731a;
/// Low to high in one direction.
QCPColorGradient sequentialGradient();
/// Neutral at zero, blue on the better side of it, orange on the worse.
QCPColorGradient divergingGradient(const QPalette& palette, bool isMoreBetter);
/// Black or white, whichever can be read on a color.
QColor inkOn(const QColor& background);

/// Background, axes, grid and legend from the palette.
void stylePlot(QCustomPlot& plot, const QPalette& palette);
void styleAxis(QCPAxis& axis, const QPalette& palette);
/// Keeps a color scale as tall as the chart.
void alignScale(QCustomPlot& plot, QCPColorScale& scale);
/// Puts the legend in a column of its own beside the chart, never upon it.
void placeLegendAside(QCustomPlot& plot);

/// Ticks of powers of two with units: "64 KiB", "1 MiB". Units: bytes.
class BytesTicker : public QCPAxisTicker {
 public:
  explicit BytesTicker(bool isLog) : m_isLog(isLog) {}

 protected:
  QVector<double> createTickVector(double step, const QCPRange& range) override;
  double getTickStep(const QCPRange& range) override;
  int getSubTickCount(double) override { return 0; }
  QString getTickLabel(double tick, const QLocale&, QChar, int) override;

 private:
  bool m_isLog;
};

}  // namespace actscope::gui
