// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include "models/run_store.hpp"
#include "models/selection.hpp"
#include "models/table_model.hpp"

class QHBoxLayout;
class QLabel;
class QPaintDevice;
class QVBoxLayout;

namespace actscope::gui {

/// What the command line sets of a view; empty: as it starts.
struct ViewOptions {
  QString metric, scheme, reference, rows, columns;
};

/// One page of the dashboard over the shared runs and selection. It draws itself anew, once, when
/// the event loop is next idle after any of them changed, and only while it is shown.
class View : public QWidget {
  Q_OBJECT

 public:
  View(RunStore& store, Selection& selection, QWidget* parent);

  virtual QString id() const = 0;     ///< "runs": on the command line, in file names
  virtual QString title() const = 0;  ///< "Runs"
  virtual const QAbstractItemModel& table() const = 0;  ///< the figures shown

  /// Errors  ConfigError: a value that the view does not know
  virtual void setOptions(const ViewOptions& options);
  /// Draws the picture that is exported, in the size of the device.
  virtual void paintPicture(QPaintDevice& device, QSize size);
  /// Takes the focus to where a filter is typed.
  virtual void focusFilter() {}
  virtual void toggleTable() {}

  /// Draws now what is due.
  void refreshNow();
  /// The line in place: what is missing and why; empty: nothing is.
  QString message() const;

 protected:
  /// Reads store and selection into what is shown.
  virtual void refresh() = 0;
  void showEvent(QShowEvent* event) override;
  void changeEvent(QEvent* event) override;

  RunStore& store() const { return m_store; }
  Selection& selection() const { return m_selection; }
  RunPointer runA() const { return m_store.find(m_selection.a()); }
  RunPointer runB() const { return m_store.find(m_selection.b()); }
  QVBoxLayout& body() const { return *m_body; }
  QHBoxLayout& controls() const { return *m_controls; }
  /// A line in place, above the picture; empty: none.
  void setMessage(const QString& text);
  void refreshSoon();

 private:
  RunStore& m_store;
  Selection& m_selection;
  QVBoxLayout* m_body;
  QHBoxLayout* m_controls;
  QLabel* m_message;
  bool m_isDue = true;
};

}  // namespace actscope::gui
