// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/bench_map.hpp"
#include "views/chart_view.hpp"

class QComboBox;
class QCPColorScale;

namespace actscope::gui {

/// Block by sparsity of one document of `actscope bench kernels`: one shape, back end, type and
/// number of threads at a time.
class BenchView : public ChartView {
  Q_OBJECT

 public:
  BenchView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "benchmarks"; }
  QString title() const override { return tr("Benchmarks"); }

  const HeatMap& map() const { return m_map; }
  QComboBox& variants() const { return *m_variant; }
  QComboBox& shapes() const { return *m_shape; }
  QComboBox& figures() const { return *m_figure; }

 protected:
  void draw() override;

 private:
  void fillChoices();
  void setScale();

  BenchQuery m_query;
  HeatMap m_map;
  QComboBox* m_document;
  QComboBox* m_variant;
  QComboBox* m_shape;
  QComboBox* m_figure;
  QCPColorScale* m_scale;
};

}  // namespace actscope::gui
