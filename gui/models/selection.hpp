// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSet>
#include <QString>
#include <optional>
#include <vector>

namespace actscope::gui {

/// Which figures a view shows: of A, of B, or what B adds to A.
enum class Side { a, b, difference };

/// What is picked, shared by every view: A, B, the current run, a brushed set, the filter as typed,
/// and the side shown. Each change can be undone and redone.
class Selection : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  const QString& a() const { return m_now.a; }
  const QString& b() const { return m_now.b; }
  const QString& current() const { return m_now.current; }
  const QSet<QString>& brushed() const { return m_now.brushed; }
  const QString& filter() const { return m_now.filter; }
  Side side() const { return m_now.side; }

  /// Whether a run is in the foreground: brushed, or nothing is, and let through by the filter.
  bool isInFront(const QString& key) const {
    return (m_now.brushed.isEmpty() || m_now.brushed.contains(key)) &&
           (!m_matching || m_matching->contains(key));
  }
  /// Whether anything keeps runs from the foreground.
  bool isNarrowed() const { return !m_now.brushed.isEmpty() || m_matching.has_value(); }

  bool canUndo() const { return !m_before.empty(); }
  bool canRedo() const { return !m_after.empty(); }
  /// Makes what is picked now the beginning: nothing before it can be undone to.
  void beginHere();

  /// The runs that the filter lets through; none: there is no filter. Not a change of its own.
  void setMatching(const std::optional<QSet<QString>>& keys);

 public Q_SLOTS:
  void setA(const QString& key);
  void setB(const QString& key);
  void swap();
  void setCurrent(const QString& key);
  void setBrushed(const QSet<QString>& keys);
  void setFilter(const QString& text);
  void setSide(Side side);
  /// Every run in the foreground again.
  void showAll();
  void undo();
  void redo();

 Q_SIGNALS:
  void changed();

 private:
  struct State {
    QString a, b, current, filter;
    QSet<QString> brushed;
    Side side = Side::b;
  };
  enum class Change { none, pick, current, filter, brush, side };

  void change(Change kind, const State& to);
  template <class Value>
  void set(Change kind, Value State::*member, const Value& value);
  void go(std::vector<State>& from, std::vector<State>& to);

  State m_now;
  std::optional<QSet<QString>> m_matching;
  std::vector<State> m_before, m_after;
  Change m_last = Change::none;
};

}  // namespace actscope::gui
