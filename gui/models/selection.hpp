// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSet>
#include <QString>

namespace actscope::gui {

/// Which figures a view shows: of A, of B, or what B adds to A.
enum class Side { a, b, difference };

/// What is picked, shared by every view: A, B, the current run, a brushed set, and the side shown.
class Selection : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  const QString& a() const { return m_a; }
  const QString& b() const { return m_b; }
  const QString& current() const { return m_current; }
  const QSet<QString>& brushed() const { return m_brushed; }
  Side side() const { return m_side; }

  /// Whether a run is in the foreground: brushed, or nothing is.
  bool isInFront(const QString& key) const {
    return m_brushed.isEmpty() || m_brushed.contains(key);
  }

 public Q_SLOTS:
  void setA(const QString& key);
  void setB(const QString& key);
  void swap();
  void setCurrent(const QString& key);
  void setBrushed(const QSet<QString>& keys);
  void setSide(Side side);

 Q_SIGNALS:
  void changed();

 private:
  QString m_a, m_b, m_current;
  QSet<QString> m_brushed;
  Side m_side = Side::b;
};

}  // namespace actscope::gui
