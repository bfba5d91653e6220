// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QStringList>
#include <vector>

#include "views/view.hpp"

namespace actscope::gui {

/// The names of the views, in the order of their pages: what --export takes.
const QStringList& viewIds();

/// Ctrl+1 for the first page, Ctrl+0 for the tenth.
QKeySequence keyOfPage(int page);

/// Makes the view of a name; null where there is none.
View* makeView(const QString& id, RunStore& store, Selection& selection, QWidget* parent = nullptr);

}  // namespace actscope::gui
