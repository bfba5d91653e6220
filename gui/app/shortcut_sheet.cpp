// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shortcut_sheet.hpp"

#include <QDialog>
#include <QLabel>
#include <QVBoxLayout>

namespace actscope::gui {
namespace {

struct Key {
  const char* keys;
  const char* does;
};

const Key sheet[] = {
    {"Ctrl+1 … Ctrl+0, Ctrl+Shift+1 …", "the pages, in their order"},
    {"Ctrl+Shift+P", "find a command, a page or a run by words"},
    {"Ctrl+Shift+B", "the page once more, beside the others"},
    {"Ctrl+F", "filter: words, block<=16, held-out>80%, saved<20MiB"},
    {"Ctrl+Z, Ctrl+Shift+Z", "undo and redo what was picked, brushed and filtered"},
    {"A, B", "pick the marked run as A or B"},
    {"X", "swap A and B"},
    {"Alt+1, Alt+2, Alt+3", "show A, B, or B − A"},
    {"S", "show only the selected runs, in every view"},
    {"Escape", "show all runs again, without brush and filter"},
    {"T", "table beside the chart"},
    {"Arrow keys", "move in tables and in the heat map"},
    {"Ctrl+C", "copy the selected rows, or all"},
    {"Ctrl+E", "export the view as picture or CSV"},
    {"Ctrl+O", "open a folder"},
    {"F5", "read the folders again"},
    {"Ctrl+D", "dark or light"},
    {"W, S; A, D; F", "timeline: zoom, pan, fit the slice or everything"},
    {"← → ↑ ↓; C", "timeline: from slice to slice, out and in; fold a lane"},
    {"/, N, P", "timeline: find, next, previous"},
    {"M; Shift+← →", "timeline: measure the slice; a range"},
    {"L; [ ]", "timeline: along an arrow; from step to step"},
    {"?", "this sheet"},
};

}  // namespace

void showShortcutSheet(QWidget* parent) {
  auto* dialog = new QDialog(parent);
  dialog->setObjectName("shortcuts");
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(QObject::tr("Keys"));
  QString text = "<table cellspacing='6'>";
  for (const Key& key : sheet) {
    text += QString("<tr><td><b>%1</b>&nbsp;&nbsp;</td><td>%2</td></tr>").arg(key.keys, key.does);
  }
  auto* layout = new QVBoxLayout(dialog);
  auto* label = new QLabel(text + "</table>");
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  layout->addWidget(label);
  dialog->setModal(false);
  dialog->show();
}

}  // namespace actscope::gui
