// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/pareto.hpp"
#include "views/chart_view.hpp"

class QCPColorScale;

namespace actscope::gui {

/// Accuracy against saved bytes, colored by step time: a point a configuration, its mean over the
/// seeds with its interval. A click makes its first run current and shows its seeds, another one
/// the nearest of them; a drag brushes the configurations in a rectangle; Escape shows all again.
class ParetoView : public ChartView {
  Q_OBJECT

 public:
  ParetoView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "pareto"; }
  QString title() const override { return tr("Pareto"); }

  /// Where the configuration of a run is drawn, in pixels of the plot.
  QPoint pixelOf(const QString& key) const;

 protected:
  void draw() override;

 private:
  void drawPoints();
  void drawIntervals();
  void drawSeeds();
  void drawFront();
  void drawLabels();
  void addLabel(const ParetoPoint& point, const QString& text);
  bool isOnFront(const QRectF& place) const;
  void placeLegend();
  void fitAxes();
  void brush(const QRect& pixels);
  void selectNearest(const QPoint& pixel);
  QPointF pixelOf(double savedBytes, double accuracyRatio) const;
  QPointF pixelOf(const ParetoPoint& point) const;
  /// The configuration of the current run; null where there is none.
  const ParetoPoint* current() const;

  Pareto m_pareto;
  QList<QRectF> m_labels;  ///< of the drawing under way, in pixels
  QCPColorScale* m_scale;
};

}  // namespace actscope::gui
