// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/ledger_boxes.hpp"
#include "views/chart_view.hpp"

class QComboBox;

namespace actscope::gui {

/// Every storage that a step keeps for backward, as large as its bytes, put together by layer,
/// holder or type; B − A colors what became less or more. The table has who else holds each. A
/// click on a box, or the arrow keys, choose a row.
class LedgerView : public ChartView {
  Q_OBJECT

 public:
  LedgerView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "ledger"; }
  QString title() const override { return tr("Ledger"); }

  /// The middle of the largest box, in pixels of the plot; for tests.
  QPoint largestBox() const;

 protected:
  void draw() override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void read();
  void drawBox(const LedgerBox& box, bool isChosen);
  void drawHead(std::size_t group);
  void drawText(const QRectF& rect, const QString& text, const QColor& color);
  QColor colorOf(const LedgerBox& box) const;
  QString nameOf(const LedgerBox& box) const;
  QString tipOf(const LedgerBox& box) const;
  const LedgerBox* boxAt(QPointF pixel) const;
  double bytesOf(const LedgerBox& box) const;
  void chooseNext(int step);
  void chooseRow(std::size_t row);
  int chosenRow() const;

  QComboBox* m_grouping;
  Ledger m_ledger;
  std::vector<int> m_kinds;  ///< of each group: blocks of one kind have one color
  LedgerBoxes m_placed;
  // What m_ledger was read from: the table is filled anew, and loses its current row, only if it
  // changes.
  RunPointer m_a, m_b;
  Side m_side = Side::b;
  int m_readGrouping = -1;
};

}  // namespace actscope::gui
