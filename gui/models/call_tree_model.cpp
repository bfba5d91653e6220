// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <utility>

#include "models/call_tree.hpp"
#include "models/metric.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {
namespace {

double sideOf(const CallNode& node, Side side, std::int64_t CallNode::Of::*member) {
  const auto a = static_cast<double>(node.of[0].*member);
  const auto b = static_cast<double>(node.of[1].*member);
  return side == Side::a ? a : side == Side::b ? b : b - a;
}

constexpr std::int64_t CallNode::Of::*memberOf[CallTreeModel::columns] = {
    nullptr,
    nullptr,
    &CallNode::Of::count,
    &CallNode::Of::total_ns,
    &CallNode::Of::self_ns,
    &CallNode::Of::total_ns,
    &CallNode::Of::allHereBytes,
    &CallNode::Of::allKeptBytes};

}  // namespace

void CallTreeModel::setTree(CallTreePointer tree, Side side) {
  beginResetModel();
  m_tree = std::move(tree);
  m_side = side;
  m_children.clear();
  m_rows.clear();
  if (m_tree) {
    m_children.resize(m_tree->nodes.size());
    m_rows.assign(m_tree->nodes.size(), 0);
    for (std::size_t number = 0; number < m_tree->nodes.size(); ++number) {
      std::vector<std::size_t>& children = m_children[number];
      for (const std::size_t child : m_tree->nodes[number].children) {
        const CallNode& node = m_tree->nodes[child];
        const auto isThere = [](const CallNode::Of& of) {
          return of.count != 0 || of.total_ns != 0 || of.allHereBytes != 0 || of.allKeptBytes != 0;
        };
        const bool isShown = side == Side::a   ? isThere(node.of[0])
                             : side == Side::b ? isThere(node.of[1])
                                               : isThere(node.of[0]) || isThere(node.of[1]);
        if (isShown) children.push_back(child);
      }
      std::ranges::stable_sort(children, std::greater<>(), [&](std::size_t child) {
        return std::abs(sideOf(m_tree->nodes[child], side, &CallNode::Of::total_ns));
      });
      for (std::size_t row = 0; row < children.size(); ++row) {
        m_rows[children[row]] = static_cast<int>(row);
      }
    }
  }
  endResetModel();
}

QModelIndex CallTreeModel::index(int row, int column, const QModelIndex& parent) const {
  if (!hasIndex(row, column, parent)) return {};
  const std::size_t above = parent.isValid() ? parent.internalId() : 0;
  return createIndex(row, column, m_children[above][static_cast<std::size_t>(row)]);
}

QModelIndex CallTreeModel::parent(const QModelIndex& index) const {
  if (!index.isValid()) return {};
  const std::size_t above = m_tree->nodes[index.internalId()].parent;
  return above == 0 ? QModelIndex() : createIndex(m_rows[above], 0, above);
}

int CallTreeModel::rowCount(const QModelIndex& parent) const {
  if (!m_tree || parent.column() > 0) return 0;
  return static_cast<int>(m_children[parent.isValid() ? parent.internalId() : 0].size());
}

QVariant CallTreeModel::valueOf(const CallNode& node, int column) const {
  const double value = sideOf(node, m_side, memberOf[column]);
  if (column == totalColumn || column == selfColumn) return value / 1e9;
  if (column != shareColumn) return value;
  // Of its kind: host and device each have their whole.
  const CallNode* whole = &m_tree->nodes[0];
  for (const CallNode* at = &node; at->parent != 0 || at == &node;) {
    if (at->kind == "host" || at->kind == "device") whole = at;
    if (at->parent == 0) break;
    at = &m_tree->nodes[at->parent];
    if (at->kind == "host" || at->kind == "device") whole = at;
  }
  const double all = std::abs(sideOf(*whole, m_side, &CallNode::Of::total_ns));
  return all > 0 ? std::abs(value) / all : 0.0;
}

QVariant CallTreeModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const CallNode& node = m_tree->nodes[index.internalId()];
  const int column = index.column();
  const bool isText = column == nameColumn || column == kindColumn;
  if (role == Qt::TextAlignmentRole) {
    return static_cast<int>((isText ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  }
  if (isText) {
    const bool isAsked =
        role == Qt::DisplayRole || role == plainRole || role == sortRole || role == Qt::ToolTipRole;
    return isAsked ? QVariant(column == nameColumn ? node.name : node.kind) : QVariant();
  }
  const QVariant value = valueOf(node, column);
  if (role == plainRole || role == sortRole) return value;
  if (role == Qt::ToolTipRole) return QString::number(value.toDouble(), 'g', 12);
  if (role != Qt::DisplayRole) return {};
  const double number = value.toDouble();
  const bool isDifference = m_side == Side::difference;
  const QString plus = isDifference && number > 0 ? "+" : "";
  switch (column) {
    case countColumn:
      return plus + QLocale::c().toString(static_cast<qlonglong>(number));
    case totalColumn:
    case selfColumn:
      return plus + timeText(number * 1e9);
    case shareColumn:
      return QString("%1 %").arg(100 * number, 0, 'f', 1);
    default:
      return isDifference || number < 0 ? signedBytes(number) : bytesText(number);
  }
}

QVariant CallTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
  static const char* const titles[columns] = {"Name", "Kind",           "Count",     "Total",
                                              "Self", "Share of total", "Allocated", "Kept"};
  static const char* const fields[columns] = {
      "name", "kind", "count", "total_s", "self_s", "share_ratio", "allocated_bytes", "kept_bytes"};
  if (orientation != Qt::Horizontal || section < 0 || section >= columns) return {};
  if (role == plainRole) return fields[section];
  if (role != Qt::DisplayRole) return {};
  const bool isDifference =
      m_side == Side::difference && section > kindColumn && section != shareColumn;
  return titles[section] + QString(isDifference ? ", B − A" : "");
}

}  // namespace actscope::gui
