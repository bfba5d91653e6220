// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/chart_view.hpp"

#include "views/plot_style.hpp"
#include "views/plotting.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {

ChartView::ChartView(RunStore& store, Selection& selection, QWidget* parent)
    : View(store, selection, parent),
      m_splitter(new QSplitter(Qt::Horizontal, this)),
      m_plot(new QCustomPlot(m_splitter)),
      m_tableView(new TableView(m_table, selection, m_splitter)) {
  m_plot->setMinimumSize(240, 180);
  m_plot->setFocusPolicy(Qt::StrongFocus);
  m_splitter->addWidget(m_plot);
  m_splitter->addWidget(m_tableView);
  m_splitter->setStretchFactor(0, 3);
  m_splitter->setStretchFactor(1, 2);
  m_splitter->setSizes({660, 400});
  body().addWidget(m_splitter, 1);
}

void ChartView::refresh() {
  m_plot->clearPlottables();
  m_plot->clearItems();
  stylePlot(*m_plot, palette());
  draw();
  m_plot->setAccessibleName(m_caption.isEmpty() ? title() : title() + ": " + m_caption);
  m_tableView->setAccessibleName(tr("%1, table").arg(title()));
  m_tableView->fitColumns();
  m_plot->replot();
}

void ChartView::paintPicture(QPaintDevice& device, QSize size) {
  // The chart alone: its controls mean nothing in a paper. It is drawn anew for its size, because
  // labels are placed by pixels.
  refresh();
  const QFontMetrics metrics(font());
  // What is missing belongs to the picture.
  QStringList lines{m_caption, message()};
  lines.removeAll(QString());
  const int lineHeight = metrics.height() + 4;
  const auto captionHeight = lines.isEmpty() ? 0 : static_cast<int>(lines.size()) * lineHeight + 6;
  const QSize chart(size.width(), size.height() - captionHeight);
  m_plot->setViewport(QRect({0, 0}, chart));
  refresh();
  QCPPainter painter(&device);
  painter.setFont(font());
  painter.fillRect(QRect({0, 0}, size), palette().brush(QPalette::Base));
  painter.setPen(palette().color(QPalette::Text));
  for (int line = 0; line < lines.size(); ++line) {
    const QRect place(10, 3 + line * lineHeight, size.width() - 20, lineHeight);
    painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft,
                     metrics.elidedText(lines[line], Qt::ElideRight, place.width()));
  }
  if (device.devType() != QInternal::Image) {
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
  }
  painter.translate(0, captionHeight);
  m_plot->toPainter(&painter, chart.width(), chart.height());
  m_plot->setViewport(m_plot->rect());
  refresh();
}

void ChartView::toggleTable() {
  m_tableView->setVisible(!m_tableView->isVisible());
}

}  // namespace actscope::gui
