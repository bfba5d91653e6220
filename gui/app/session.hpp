// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <optional>

#include "models/selection.hpp"

namespace actscope::gui {

/// What is taken up again when the same places are opened another time. Kept in QSettings, for the
/// last twenty choices of places.
struct Session {
  QStringList places = {};  ///< absolute
  QString a = {}, b = {}, current = {}, filter = {};
  QSet<QString> brushed = {};
  Side side = Side::b;
  QString page = {};        ///< id of the view
  QStringList beside = {};  ///< ids of those that stood beside it
};

/// Absolute and clean.
QStringList absolutePlaces(const QStringList& places);

void saveSession(const Session& session);
std::optional<Session> sessionOf(const QStringList& places);

/// The places of the last session; empty: there is none, or none of them exists any more.
QStringList lastPlaces();

}  // namespace actscope::gui
