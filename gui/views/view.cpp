// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/view.hpp"

#include <QCoreApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QTimer>

#include "actscope/base/error.hpp"

namespace actscope::gui {

View::View(RunStore& store, Selection& selection, QWidget* parent)
    : QWidget(parent),
      m_store(store),
      m_selection(selection),
      m_body(new QVBoxLayout(this)),
      m_controls(new QHBoxLayout),
      m_message(new QLabel(this)) {
  m_body->setContentsMargins(8, 8, 8, 8);
  m_controls->setSpacing(8);
  m_body->addLayout(m_controls);
  m_body->addWidget(m_message);
  m_message->setWordWrap(true);
  m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_message->hide();
  connect(&store, &RunStore::changed, this, &View::refreshSoon);
  connect(&selection, &Selection::changed, this, &View::refreshSoon);
}

void View::setOptions(const ViewOptions& options) {
  for (const auto& [name, value] :
       {std::pair{"--metric", options.metric}, std::pair{"--scheme", options.scheme},
        std::pair{"--relative", options.reference}, std::pair{"--rows", options.rows},
        std::pair{"--columns", options.columns}}) {
    if (value.isEmpty()) continue;
    throw ConfigError(error_text(id().toStdString() + " takes no " + name, {}, "leave it out"));
  }
}

void View::paintPicture(QPaintDevice& device, QSize size) {
  resize(size);
  refreshNow();
  ensurePolished();
  // What was shown or hidden just now has not moved its neighbors yet.
  QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
  QPainter painter(&device);
  render(&painter, {}, {}, QWidget::DrawWindowBackground | QWidget::DrawChildren);
}

void View::refreshNow() {
  if (!m_isDue) return;
  m_isDue = false;
  refresh();
}

void View::refreshSoon() {
  if (std::exchange(m_isDue, true)) return;
  QTimer::singleShot(0, this, [this] {
    if (isVisible()) refreshNow();
  });
}

void View::showEvent(QShowEvent* event) {
  refreshNow();
  QWidget::showEvent(event);
}

void View::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) refreshSoon();
  QWidget::changeEvent(event);
}

QString View::message() const {
  return m_message->text();
}

void View::setMessage(const QString& text) {
  m_message->setText(text);
  m_message->setVisible(!text.isEmpty());
}

}  // namespace actscope::gui
