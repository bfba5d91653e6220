// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session.hpp"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <algorithm>

namespace actscope::gui {
namespace {

constexpr qsizetype mostSessions = 20;

QString idOf(const QStringList& places) {
  const QByteArray text = places.join('\n').toUtf8();
  return QCryptographicHash::hash(text, QCryptographicHash::Sha1).toHex();
}

}  // namespace

QStringList absolutePlaces(const QStringList& places) {
  QStringList absolute;
  for (const QString& place : places) {
    absolute << QDir::cleanPath(QFileInfo(place).absoluteFilePath());
  }
  return absolute;
}

void saveSession(const Session& session) {
  const QStringList places = absolutePlaces(session.places);
  const QString id = idOf(places);
  QSettings settings;
  QStringList ids = settings.value("session/ids").toStringList();
  ids.removeAll(id);
  ids.prepend(id);
  for (; ids.size() > mostSessions; ids.removeLast()) settings.remove("session/" + ids.last());
  settings.setValue("session/ids", ids);
  settings.beginGroup("session/" + id);
  settings.setValue("places", places);
  settings.setValue("a", session.a);
  settings.setValue("b", session.b);
  settings.setValue("current", session.current);
  settings.setValue("filter", session.filter);
  settings.setValue("brushed", QStringList(session.brushed.values()));
  settings.setValue("side", static_cast<int>(session.side));
  settings.setValue("page", session.page);
  settings.setValue("beside", session.beside);
}

std::optional<Session> sessionOf(const QStringList& places) {
  QSettings settings;
  settings.beginGroup("session/" + idOf(absolutePlaces(places)));
  if (!settings.contains("places")) return std::nullopt;
  Session session;
  session.places = settings.value("places").toStringList();
  session.a = settings.value("a").toString();
  session.b = settings.value("b").toString();
  session.current = settings.value("current").toString();
  session.filter = settings.value("filter").toString();
  const QStringList brushed = settings.value("brushed").toStringList();
  session.brushed = QSet<QString>(brushed.begin(), brushed.end());
  session.side = static_cast<Side>(std::clamp(settings.value("side").toInt(), 0, 2));
  session.page = settings.value("page").toString();
  session.beside = settings.value("beside").toStringList();
  return session;
}

QStringList lastPlaces() {
  const QSettings settings;
  const QString id = settings.value("session/ids").toStringList().value(0);
  QStringList places;
  for (const QString& place : settings.value("session/" + id + "/places").toStringList()) {
    if (QFileInfo::exists(place)) places << place;
  }
  return places;
}

}  // namespace actscope::gui
