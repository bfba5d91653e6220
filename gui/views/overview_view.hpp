// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/overview.hpp"
#include "views/view.hpp"

class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QSlider;

namespace actscope::gui {

class TableView;

/// The first page: which configuration to take within limits that sliders set, its four figures,
/// why, what to run next, and below every configuration.
class OverviewView : public View {
  Q_OBJECT

 public:
  OverviewView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "overview"; }
  QString title() const override { return tr("Overview"); }
  const QAbstractItemModel& table() const override { return m_table; }

  const Overview& shown() const { return m_overview; }

 Q_SIGNALS:
  /// The button that sets up what to run next was pressed.
  void formAsked(const RunForm& form);

 protected:
  void refresh() override;

 private:
  struct Limit {
    QLabel* name;
    QSlider* slider;
    QLabel* value;
  };
  Limit addLimit(const QString& label, int low, int high, int first);
  void addAnswer();
  OverviewQuery query() const;
  void showFigures();

  Overview m_overview;
  TableModel m_table;
  QComboBox* m_training;
  QLabel* m_trainingName;
  Limit m_points, m_step, m_peak;
  QLabel *m_headline, *m_reasons, *m_next;
  QHBoxLayout* m_figures;
  QPushButton* m_run;
  TableView* m_view;
};

}  // namespace actscope::gui
