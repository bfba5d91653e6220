// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>
#include <QStringList>

class QHBoxLayout;

namespace actscope::gui {

/// A labeled choice at the end of a row of controls; Alt and the letter behind & reach it.
QComboBox* addChoice(QHBoxLayout& row, const QString& label, const QStringList& items = {});

/// New items; the chosen one stays where it is among them. Emits nothing.
void setItems(QComboBox& choice, const QStringList& items);

}  // namespace actscope::gui
