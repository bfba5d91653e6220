// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/plan_sheet.hpp"
#include "views/chart_view.hpp"

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QCPAxisRect;

namespace actscope::gui {

/// A plan of `actscope plan`, and what the same measurements give under other budgets: what each
/// step down in memory costs, and how each slot of each layer is kept at the one that the slider
/// is on.
class PlanView : public ChartView {
  Q_OBJECT

 public:
  PlanView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "plan"; }
  QString title() const override { return tr("Plan"); }

  /// The step that is shown, counted from the most memory down; -1: none.
  int step() const;
  void setStep(int step);
  /// Writes the plan that is shown, for `actscope run --plan`; what went wrong is said in place.
  bool savePlan(const QString& file);

 protected:
  void draw() override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void takeDocument();
  void drawCost();
  void drawGrid();
  void drawCell(const PlanGrid& grid, int layer, int slot, QSizeF room);
  void pickStepAt(QPointF pixel);
  void askForFile();

  QComboBox* m_document;
  QSlider* m_budget;
  QLabel* m_text;
  QPushButton* m_save;
  QCPAxisRect* m_gridRect;
  PlanPointer m_plan;
};

}  // namespace actscope::gui
