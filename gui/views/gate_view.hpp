// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/gate_rows.hpp"
#include "views/chart_view.hpp"

class QCheckBox;
class QComboBox;

namespace actscope::gui {

/// What `actscope gate` said: each metric's candidate over baseline with its interval, worse ones
/// in orange, better ones in blue, and the rows beside it with their reasons.
class GateView : public ChartView {
  Q_OBJECT

 public:
  GateView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "gate"; }
  QString title() const override { return tr("Gate"); }

 protected:
  void draw() override;

 private:
  void drawDots(const std::vector<GateDot>& dots);
  void drawAxes(const std::vector<GateDot>& dots);
  void drawBand(double ratio);
  QColor colorOf(GateDot::Side side) const;

  QComboBox* m_document;
  QCheckBox* m_same;
};

}  // namespace actscope::gui
