// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/view.hpp"

class QCustomPlot;
class QLineEdit;
class QSplitter;

namespace actscope::gui {

class TableView;

/// A chart with its table beside it: key T shows and hides the table.
class ChartView : public View {
  Q_OBJECT

 public:
  ChartView(RunStore& store, Selection& selection, QWidget* parent);

  const QAbstractItemModel& table() const override { return m_table; }
  void paintPicture(QPaintDevice& device, QSize size) override;
  void toggleTable() override;

  QCustomPlot& plot() const { return *m_plot; }
  TableView& tableView() const { return *m_tableView; }

 protected:
  /// Fills plot and twin; the plot is empty and in the colors of the palette then.
  virtual void draw() = 0;
  void refresh() final;
  TableModel& twin() { return m_table; }
  /// The line above the exported picture.
  void setCaption(const QString& text) { m_caption = text; }

 private:
  TableModel m_table;
  QSplitter* m_splitter;
  QCustomPlot* m_plot;
  TableView* m_tableView;
  QString m_caption;
};

}  // namespace actscope::gui
