// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QStringList>

#include "views/view.hpp"

namespace actscope::gui {

/// The views in the order of their pages: "overview", "runs", …
const QStringList& viewIds();

/// The heading that a view's page stands under: "Decide", "Memory", "Time", "Do".
QString groupOfView(const QString& id);

/// The key of a page, counted from 0: Ctrl+1 to Ctrl+9, Ctrl+0, then Ctrl+Shift+1 and on.
QKeySequence keyOfPage(int page);

/// Null for an id that is none.
View* makeView(const QString& id, RunStore& store, Selection& selection, QWidget* parent = nullptr);

}  // namespace actscope::gui
