// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/footprint.hpp"
#include "views/chart_view.hpp"

namespace actscope::gui {

/// What each layer keeps for backward, slot upon slot: dense on the left, stored on the right, or
/// what B keeps beyond A.
class FootprintView : public ChartView {
  Q_OBJECT

 public:
  FootprintView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "footprint"; }
  QString title() const override { return tr("Footprint"); }

 protected:
  void draw() override;

 private:
  void drawBars(const Footprint& footprint, bool isDense);
  void drawTotals(const Footprint& footprint);
  void drawAxes(const Footprint& footprint);
};

}  // namespace actscope::gui
