// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/choice.hpp"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>

namespace actscope::gui {

QComboBox* addChoice(QHBoxLayout& row, const QString& label, const QStringList& items) {
  auto* choice = new QComboBox;
  choice->addItems(items);
  choice->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  auto* text = new QLabel(label);
  text->setBuddy(choice);
  row.addWidget(text);
  row.addWidget(choice);
  return choice;
}

void setItems(QComboBox& choice, const QStringList& items) {
  QStringList had;
  for (int i = 0; i < choice.count(); ++i) had << choice.itemText(i);
  if (had == items) return;
  const QSignalBlocker quiet(&choice);
  const QString chosen = choice.currentText();
  choice.clear();
  choice.addItems(items);
  choice.setCurrentIndex(std::max<int>(0, static_cast<int>(items.indexOf(chosen))));
}

}  // namespace actscope::gui
