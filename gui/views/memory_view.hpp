// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "models/memory_loader.hpp"
#include "views/chart_view.hpp"
#include "views/memory_plot.hpp"

class QComboBox;
class QPlainTextEdit;
class QProgressBar;
class QToolButton;

namespace actscope::gui {

/// Live bytes over time of a run's trace or of a snapshot of PyTorch: stacked by category or layer,
/// or every block as such; what the peak is made of beside it. A click explains another moment, or
/// a block.
class MemoryView : public ChartView {
  Q_OBJECT

 public:
  MemoryView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "memory"; }
  QString title() const override { return tr("Memory"); }
  /// --metric category, layer or allocation
  void setOptions(const ViewOptions& options) override;

  MemoryLoader& loader() { return m_loader; }
  QComboBox& modes() { return *m_modes; }
  QComboBox& rows() { return *m_rows; }
  QPlainTextEdit& details() { return *m_details; }
  BlocksPlot* blocksPlot() const { return m_blocksPlot; }

 protected:
  void draw() override;

 private:
  // What is drawn of one file.
  struct Shown {
    HistoryPointer history;
    std::int8_t device = host_memory;
    reports::LivePeak peak;
    QString name;
  };

  MemoryMode mode() const;
  std::optional<Shown> shownOf(const MemorySource& source);
  QString whatIsMissing(const MemoryPair& pair) const;
  void fillDevices(const reports::AllocationHistory& history);
  void clearChart(const QString& message);
  void drawOne(const Shown& shown);
  void drawBoth(const Shown& a, const Shown& b);
  void drawChart();
  void drawBlocks(const Shown& shown, std::int64_t from_ns, std::int64_t to_ns);
  void drawDense(const Shown& shown);
  void drawSteps(const Shown& shown);
  void drawMark(const Shown& shown, reports::Tick tick, std::int64_t bytes, const QString& name);
  void drawAxes(double most);
  void fillTable();
  void explain(const QPointF& position);
  void explainRow(int row);
  void showReading();

  MemoryLoader m_loader;
  QComboBox *m_modes, *m_rows, *m_devices;
  QProgressBar* m_progress;
  QToolButton* m_stop;
  QPlainTextEdit* m_details;
  BlocksPlot* m_blocksPlot = nullptr;  // of the plot; null: blocks are not drawn
  std::vector<Shown> m_shown;          // one, or A and B
  HistoryPointer m_dense;              // behind the shown one; null: none
  QString m_denseName;
  std::int8_t m_denseDevice = host_memory;
  MemoryGroups m_groups;
  std::vector<std::uint32_t> m_blocksOfRows;
  std::optional<reports::Tick> m_moment;  // that was clicked; none: the peak
  std::optional<std::uint32_t> m_marked;  // block
  std::optional<QCPRange> m_zoom;         // in units of the axis
  double m_unitNs = 1e6;
  bool m_isDrawing = false;
};

}  // namespace actscope::gui
