// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

class QAbstractItemModel;

namespace actscope::gui {

/// What rows of a table a person wants to see, as typed: `bsr accuracy>0.82 block<=16 status:done`.
///
/// Every word has to hold. A word alone has to stand in some column; `column:text` in that one;
/// `column<value`, with <=, >, >=, = and != too, compares. A column is named by its field or its
/// title, or by a part of its field; values may have a unit: 20MiB, 30ms, 80%, 4x. Quotes keep
/// spaces together. Case does not matter.
class RowFilter {
 public:
  RowFilter() = default;
  explicit RowFilter(const QString& text);

  bool isEmpty() const { return m_terms.empty(); }
  /// Whether a row of a table of the dashboard (TableRole, field names) is wanted.
  bool accepts(const QAbstractItemModel& table, int row) const;

 private:
  enum class Test { contains, less, lessOrEqual, greater, greaterOrEqual, equal, unequal };
  struct Term {
    QString word;    ///< as it was typed
    QString column;  ///< empty: any
    Test test = Test::contains;
    QString value;
  };

  static bool holds(const Term& term, const QAbstractItemModel& table, int row);
  static bool compares(const Term& term, const QAbstractItemModel& table, int row, int column);

  std::vector<Term> m_terms;
};

/// "20MiB", "30 ms", "80%", "4x" or a number alone, in bytes, seconds or ratios; NaN: none.
double numberWithUnit(const QString& text);

}  // namespace actscope::gui
