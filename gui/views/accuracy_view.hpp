// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/curves.hpp"
#include "views/chart_view.hpp"

class QCheckBox;
class QCPGraph;
class QComboBox;
class QDoubleSpinBox;

namespace actscope::gui {

/// Accuracy or loss of the runs while they trained: held-out solid with markers, train dashed. A
/// and B stand out. A click on a line makes its run current.
class AccuracyView : public ChartView {
  Q_OBJECT

 public:
  AccuracyView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "accuracy"; }
  QString title() const override { return tr("Accuracy"); }
  /// The metric is accuracy or loss.
  void setOptions(const ViewOptions& options) override;

 protected:
  void draw() override;

 private:
  CurveQuery query() const;
  void addBand(const QVector<double>& x, const QVector<double>& low, const QVector<double>& high,
               QColor color);
  QCPGraph* drawCurve(const Curve& curve, int series);
  void fillLegend(const Curves& curves, const QList<QCPGraph*>& graphs);
  void fitAxes(const Curves& curves, const CurveQuery& asked);

  QComboBox* m_figure;
  QComboBox* m_axis;
  QCheckBox* m_train;
  QCheckBox* m_heldout;
  QDoubleSpinBox* m_smoothing;
  bool m_isCrowded = false;
};

}  // namespace actscope::gui
