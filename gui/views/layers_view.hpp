// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/layer_metrics.hpp"
#include "views/chart_view.hpp"

namespace actscope::gui {

/// Layers by metrics: which layer holds the bytes, loses the norm, spoils the gradient, takes the
/// time. Each column has its own scale; B − A is blue where B is better and orange where worse.
class LayersView : public ChartView {
  Q_OBJECT

 public:
  LayersView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "layers"; }
  QString title() const override { return tr("Layers"); }

 protected:
  void draw() override;

 private:
  void drawAxes(const LayerMetrics& metrics);
  void drawCell(const LayerMetrics& metrics, std::size_t row, LayerMetric metric, bool hasRoom);
};

}  // namespace actscope::gui
