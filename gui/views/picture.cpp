// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/picture.hpp"

#include <QBuffer>
#include <QImage>
#include <QPageLayout>
#include <QPdfWriter>
#include <QSvgGenerator>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "views/view.hpp"

namespace actscope::gui {
namespace {

void write(const QString& file, const QByteArray& bytes) {
  write_file_atomically(file.toStdString(), std::string_view(bytes.constData(), bytes.size()));
}

QByteArray png(View& view, QSize size, double pixelRatio) {
  QImage image((QSizeF(size) * pixelRatio).toSize(), QImage::Format_ARGB32_Premultiplied);
  image.setDevicePixelRatio(pixelRatio);
  image.fill(view.palette().color(QPalette::Window));
  view.paintPicture(image, size);
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  image.save(&buffer, "PNG");
  return buffer.data();
}

QByteArray svg(View& view, QSize size) {
  QBuffer buffer;
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setSize(size);
  generator.setViewBox(QRect({0, 0}, size));
  generator.setResolution(96);
  generator.setTitle("Actscope: " + view.title());
  view.paintPicture(generator, size);
  return buffer.data();
}

// A page as large as the picture, a point for a pixel's 1/96 of an inch.
QByteArray pdf(View& view, QSize size) {
  constexpr int pixelsAnInch = 96;
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setTitle("Actscope: " + view.title());
  writer.setResolution(pixelsAnInch);
  writer.setPageSize(
      QPageSize(QSizeF(size) / pixelsAnInch, QPageSize::Inch, {}, QPageSize::ExactMatch));
  writer.setPageMargins({0, 0, 0, 0});
  view.paintPicture(writer, size);
  return buffer.data();
}

}  // namespace

void exportView(View& view, const QString& file, QSize size, double pixelRatio) {
  if (file.endsWith(".csv")) {
    view.refreshNow();
    return write(file, csvOf(view.table()).toUtf8());
  }
  if (file.endsWith(".png")) return write(file, png(view, size, pixelRatio));
  if (file.endsWith(".svg")) return write(file, svg(view, size));
  if (file.endsWith(".pdf")) return write(file, pdf(view, size));
  throw ConfigError(error_text("unknown format of " + file.toStdString(),
                               "there are .png, .svg, .pdf, .csv", "end the name in one of these"));
}

}  // namespace actscope::gui
