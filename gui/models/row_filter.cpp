// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/row_filter.hpp"

#include <QAbstractItemModel>
#include <QRegularExpression>
#include <algorithm>
#include <cmath>

#include "models/table_model.hpp"

namespace actscope::gui {
namespace {

struct Unit {
  const char* name;
  double factor;
};

// In lower case.
constexpr Unit units[] = {{"%", 0.01},
                          {"b", 1},
                          {"kib", 1024.0},
                          {"mib", 1048576.0},
                          {"gib", 1073741824.0},
                          {"kb", 1e3},
                          {"mb", 1e6},
                          {"gb", 1e9},
                          {"s", 1},
                          {"ms", 1e-3},
                          {"us", 1e-6},
                          {"µs", 1e-6},
                          {"x", 1},
                          {"", 1}};

// Words, with what stands in quotes kept together.
QStringList wordsOf(const QString& text) {
  QStringList words;
  QString word;
  bool isQuoted = false, hasWord = false;
  for (const QChar c : text) {
    if (c == '"') {
      isQuoted = !isQuoted;
      hasWord = true;
    } else if (c.isSpace() && !isQuoted) {
      if (hasWord) words << word;
      word.clear();
      hasWord = false;
    } else {
      word += c;
      hasWord = true;
    }
  }
  if (hasWord) words << word;
  words.removeAll(QString());
  return words;
}

// By field or title, else the first whose field begins with the name, else one that has it; -1.
int columnNamed(const QAbstractItemModel& table, const QString& name) {
  int begins = -1, has = -1;
  for (int column = 0; column < table.columnCount(); ++column) {
    const QString field = table.headerData(column, Qt::Horizontal, plainRole).toString().toLower();
    const QString title = table.headerData(column, Qt::Horizontal).toString().toLower();
    if (name == field || name == title) return column;
    if (begins < 0 && field.startsWith(name)) begins = column;
    if (has < 0 && field.contains(name)) has = column;
  }
  return begins >= 0 ? begins : has;
}

QString textOf(const QAbstractItemModel& table, int row, int column) {
  return table.index(row, column).data().toString();
}

// The sides of a block, else the plain number.
std::vector<double> numbersOf(const QAbstractItemModel& table, int row, int column) {
  static const QRegularExpression sides("^(\\d+)x(\\d+)$");
  const QRegularExpressionMatch match = sides.match(textOf(table, row, column));
  if (match.hasMatch()) return {match.captured(1).toDouble(), match.captured(2).toDouble()};
  const QVariant plain = table.index(row, column).data(sortRole);
  bool isNumber = false;
  const double value = plain.toDouble(&isNumber);
  return isNumber ? std::vector<double>{value} : std::vector<double>{};
}

}  // namespace

double numberWithUnit(const QString& text) {
  static const QRegularExpression form("^\\s*([-+]?[0-9]*\\.?[0-9]+(?:e[-+]?[0-9]+)?)\\s*(\\D*)$",
                                       QRegularExpression::CaseInsensitiveOption);
  const QRegularExpressionMatch match = form.match(text);
  if (!match.hasMatch()) return NAN;
  const QString unit = match.captured(2).trimmed().toLower();
  const auto* known =
      std::ranges::find_if(units, [&](const Unit& one) { return unit == QString(one.name); });
  return known == std::end(units) ? NAN : match.captured(1).toDouble() * known->factor;
}

RowFilter::RowFilter(const QString& text) {
  static const QRegularExpression form("^([a-z_][a-z0-9_-]*)(:|<=|>=|!=|<|>|=)(.+)$",
                                       QRegularExpression::CaseInsensitiveOption);
  for (const QString& word : wordsOf(text)) {
    const QRegularExpressionMatch match = form.match(word);
    Term term;
    term.word = term.value = word;
    if (match.hasMatch()) {
      const QString sign = match.captured(2);
      term.column = match.captured(1).toLower();
      term.value = match.captured(3);
      term.test = sign == "<"    ? Test::less
                  : sign == "<=" ? Test::lessOrEqual
                  : sign == ">"  ? Test::greater
                  : sign == ">=" ? Test::greaterOrEqual
                  : sign == "="  ? Test::equal
                  : sign == "!=" ? Test::unequal
                                 : Test::contains;
    }
    m_terms.push_back(term);
  }
}

bool RowFilter::accepts(const QAbstractItemModel& table, int row) const {
  return std::ranges::all_of(m_terms, [&](const Term& term) { return holds(term, table, row); });
}

bool RowFilter::holds(const Term& term, const QAbstractItemModel& table, int row) {
  const int column = term.column.isEmpty() ? -1 : columnNamed(table, term.column);
  if (column >= 0) return compares(term, table, row, column);
  for (int any = 0; any < table.columnCount(); ++any) {
    if (textOf(table, row, any).contains(term.word, Qt::CaseInsensitive)) return true;
  }
  return false;
}

bool RowFilter::compares(const Term& term, const QAbstractItemModel& table, int row, int column) {
  const QString text = textOf(table, row, column);
  if (term.test == Test::contains) return text.contains(term.value, Qt::CaseInsensitive);
  const double wanted = numberWithUnit(term.value);
  const std::vector<double> values = numbersOf(table, row, column);
  if (std::isnan(wanted) || values.empty()) {
    const bool isEqual = text.compare(term.value, Qt::CaseInsensitive) == 0;
    return term.test == Test::equal ? isEqual : term.test == Test::unequal && !isEqual;
  }
  // Shown digits are fewer than those of the number.
  const double tolerance = 1e-9 * std::max(1.0, std::abs(wanted));
  const auto one = [&](double value) {
    switch (term.test) {
      case Test::less:
        return value < wanted;
      case Test::lessOrEqual:
        return value <= wanted + tolerance;
      case Test::greater:
        return value > wanted;
      case Test::greaterOrEqual:
        return value >= wanted - tolerance;
      default:
        return std::abs(value - wanted) <= tolerance;
    }
  };
  if (term.test == Test::unequal) return !std::ranges::all_of(values, one);
  return std::ranges::all_of(values, one);
}

}  // namespace actscope::gui
