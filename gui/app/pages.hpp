// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QListWidget;
class QListWidgetItem;
class QStackedWidget;

namespace actscope::gui {

/// The pages of the window, one of them shown, and their names in a column at the left, in groups.
/// Pages are counted from 0 in the order in which they were added.
class Pages : public QWidget {
  Q_OBJECT

 public:
  explicit Pages(QWidget* parent = nullptr);

  /// A heading that the pages added next stand under.
  void addGroup(const QString& title);
  /// key  what the tool tip says of it, "Ctrl+1"
  void addPage(QWidget* page, const QString& title, const QString& key);

  int count() const;
  int currentIndex() const;
  QWidget* currentWidget() const;
  QString title(int page) const;
  QStringList groups() const { return m_groups; }
  QListWidget& names() const { return *m_names; }

 public Q_SLOTS:
  void setCurrentIndex(int page);
  void setCurrentWidget(QWidget* page);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void fitNames();
  QListWidgetItem* itemOf(int page) const;

  QListWidget* m_names;
  QStackedWidget* m_stack;
  QStringList m_groups;
};

}  // namespace actscope::gui
