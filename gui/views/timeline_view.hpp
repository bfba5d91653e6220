// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <array>
#include <functional>

#include "models/call_tree.hpp"
#include "models/timeline_loader.hpp"
#include "models/timeline_scene.hpp"
#include "models/timeline_search.hpp"
#include "models/timeline_sums.hpp"
#include "views/view.hpp"

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QTabWidget;
class QToolButton;
class QTreeView;

namespace actscope::gui {

class FlameChart;
class TableView;
class TimelineCanvas;

/// Traces on a time axis, A above B, with the sums of a range and the calls as trees. Reading,
/// regrouping, searching and summing run beside the window.
class TimelineView : public View {
  Q_OBJECT

 public:
  TimelineView(RunStore& store, Selection& selection, QWidget* parent = nullptr);
  ~TimelineView() override;

  QString id() const override { return "timeline"; }
  QString title() const override { return tr("Timeline"); }
  const QAbstractItemModel& table() const override { return m_sums; }
  void paintPicture(QPaintDevice& device, QSize size) override;
  void focusFilter() override;
  void toggleTable() override;

  TimelineCanvas& canvas() const { return *m_canvas; }
  TimelineScene& scene() { return m_scene; }
  QLineEdit& searchLine() const { return *m_searchLine; }
  QTabWidget& tables() const { return *m_tabs; }
  FlameChart& flame() const { return *m_flame; }
  CallTreeModel& calls(CallOrder order) {
    return order == CallOrder::topDown ? m_topDown : m_bottomUp;
  }

 protected:
  void refresh() override;

 private:
  struct Job;  // work beside the window; a later one of its kind takes its place
  template <class Work, class Done>
  void doBeside(std::shared_ptr<Job>& slot, Work work, Done done);

  void listTraces();
  void loadChosen();
  void arrange();
  void showTimelines(const TimelinePointer& a, const TimelinePointer& b);
  void sumRange();
  void showSums();
  void showTrees();
  void search();
  void showCurrent();
  void showState();
  Side shownSide() const;
  /// Whether a person watches: an export, which has no window, waits for all work.
  bool isLive() const { return window()->isVisible(); }

  TimelineScene m_scene;
  TimelineSearch m_search;
  std::array<TimelineLoader, 2> m_loaders;
  std::vector<SliceSums> m_sumRows;
  TableModel m_sums;
  CallTreeModel m_topDown, m_bottomUp;
  std::array<CallTreePointer, 2> m_trees;  ///< top-down, bottom-up; null: to be made
  std::shared_ptr<Job> m_arranging, m_summing, m_searching;
  std::array<std::shared_ptr<Job>, 2> m_growing;
  QTimer m_sumSoon, m_searchSoon;
  QStringList m_files;
  std::array<QString, 2> m_pickedRuns;

  std::array<QComboBox*, 2> m_choices;
  QComboBox* m_grouping;
  QLineEdit* m_searchLine;
  QLabel *m_found, *m_inspector;
  QProgressBar* m_progress;
  QToolButton* m_stop;
  TimelineCanvas* m_canvas;
  QTabWidget* m_tabs;
  TableView* m_sumsView;
  std::array<QTreeView*, 2> m_treeViews;
  QComboBox* m_flameValue;
  FlameChart* m_flame;
};

}  // namespace actscope::gui
