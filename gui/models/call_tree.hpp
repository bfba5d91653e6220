// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <memory>
#include <vector>

#include "models/selection.hpp"
#include "models/timeline_scene.hpp"

namespace actscope::gui {

/// Where time and bytes go: of A and of B, in themselves and with what is below.
struct CallNode {
  struct Of {
    std::int64_t count = 0, self_ns = 0, total_ns = 0;
    std::int64_t allocatedBytes = 0, allHereBytes = 0;  ///< here; with what is below
    std::int64_t keptBytes = 0, allKeptBytes = 0;
  };
  QString name;
  QString kind;  ///< "layer", "phase", "operator", "kernel", "host", "device"
  std::size_t parent = 0;
  std::vector<std::size_t> children;
  Of of[2];
};

/// A tree of calls; the first node is the root and stands for everything. Values add up: what a
/// node's total has is its own and its children's.
struct CallTree {
  std::vector<CallNode> nodes;
};
using CallTreePointer = std::shared_ptr<const CallTree>;

enum class CallOrder {
  topDown,   ///< layer, phase, operators and what they call, kernels
  bottomUp,  ///< operator or kernel, who called it, phase, layer
};

/// Times of host and device are below nodes of their own where a trace has both.
/// Cost    one pass over the slices; may run on any thread
CallTreePointer callTreeOf(const TimelinePointer& a, const TimelinePointer& b, CallOrder order);

/// A tree of calls as an item model, one side of it: children with most time first.
class CallTreeModel : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Column {
    nameColumn,
    kindColumn,
    countColumn,
    totalColumn,
    selfColumn,
    shareColumn,
    allocatedColumn,
    keptColumn,
    columns
  };

  using QAbstractItemModel::QAbstractItemModel;

  void setTree(CallTreePointer tree, Side side);

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& index) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& = {}) const override { return columns; }
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation,
                      int role = Qt::DisplayRole) const override;

 private:
  QVariant valueOf(const CallNode& node, int column) const;

  CallTreePointer m_tree;
  Side m_side = Side::a;
  std::vector<std::vector<std::size_t>> m_children;  ///< of each node, in the order shown
  std::vector<int> m_rows;                           ///< of each node among its parent's
};

}  // namespace actscope::gui
