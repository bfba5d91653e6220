// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/call_tree.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace actscope::gui {
namespace {

using reports::LaneKind;
using reports::no_slice;
using reports::SliceNumber;
using reports::Timeline;
using reports::TimelineRow;

// Of a tree: what comes after them stays with its caller, so that no file makes it boundless.
constexpr std::size_t mostNodes = 400'000;

// Grows a tree by (parent, name); both sides of a pair grow the same.
class CallTreeGrowing {
 public:
  CallTreeGrowing() { m_tree.nodes.push_back({"all", "all", 0, {}, {}}); }

  std::size_t child(std::size_t parent, const QString& name, const char* kind) {
    const std::string key = std::to_string(parent) + ' ' + kind + ' ' + name.toStdString();
    const bool isFull = m_tree.nodes.size() >= mostNodes;
    if (isFull && !m_children.contains(key)) return parent;
    const auto [entry, isNew] = m_children.try_emplace(key, m_tree.nodes.size());
    if (isNew) {
      m_tree.nodes[parent].children.push_back(m_tree.nodes.size());
      m_tree.nodes.push_back({name, kind, parent, {}, {}});
    }
    return entry->second;
  }
  CallNode& node(std::size_t number) { return m_tree.nodes[number]; }

  // Parents stand before their children, so one pass from the end sums all.
  CallTreePointer finish() {
    for (std::size_t number = m_tree.nodes.size(); number-- > 0;) {
      CallNode& node = m_tree.nodes[number];
      for (const int side : {0, 1}) {
        CallNode::Of& of = node.of[side];
        of.total_ns += of.self_ns;
        of.allHereBytes += of.allocatedBytes;
        of.allKeptBytes += of.keptBytes;
        if (number == 0) continue;
        CallNode::Of& above = m_tree.nodes[node.parent].of[side];
        above.total_ns += of.total_ns;
        above.allHereBytes += of.allHereBytes;
        above.allKeptBytes += of.allKeptBytes;
      }
    }
    return std::make_shared<CallTree>(std::move(m_tree));
  }

 private:
  CallTree m_tree;
  std::unordered_map<std::string, std::size_t> m_children;
};

// Adds the calls of one trace, from the outermost rows inward.
class CallTreeSide {
 public:
  CallTreeSide(CallTreeGrowing& tree, const Timeline& timeline, int side, bool isSplit)
      : m_tree(tree), m_timeline(timeline), m_side(side), m_isSplit(isSplit) {
    m_nodes.assign(timeline.slices(), 0);
    for (const std::string& name : timeline.names) m_names.push_back(QString::fromStdString(name));
  }

  void add() {
    // Kernels stand below the calls that launched them: these come first.
    for (const bool isDevice : {false, true}) {
      for (std::uint32_t row = 0; row < m_timeline.rows.size(); ++row) {
        const LaneKind kind = m_timeline.lanes[m_timeline.rows[row].lane].kind;
        const bool isOfCalls = kind == LaneKind::operators || kind == LaneKind::other;
        if (isDevice ? kind == LaneKind::device : isOfCalls) addRow(row, isDevice);
      }
    }
  }

 private:
  void addRow(std::uint32_t number, bool isDevice) {
    const TimelineRow& row = m_timeline.rows[number];
    const bool hasInner =
        number + 1 < m_timeline.rows.size() && m_timeline.rows[number + 1].depth > 0;
    for (SliceNumber slice = row.first; slice < row.end; ++slice) {
      const std::size_t above = parentNode(row, slice, isDevice);
      const std::size_t at = childOf(above, m_timeline.name[slice], isDevice);
      m_nodes[slice] = at;
      CallNode::Of& of = m_tree.node(at).of[m_side];
      ++of.count;
      of.self_ns += hasInner ? m_timeline.self_ns(slice) : m_timeline.duration_ns[slice];
      of.allocatedBytes += m_timeline.allocated_bytes[slice];
      of.keptBytes += m_timeline.kept_bytes[slice];
    }
  }

  std::size_t parentNode(const TimelineRow& row, SliceNumber slice, bool isDevice) {
    if (row.depth > 0) {
      const SliceNumber parent = m_timeline.parent(slice);
      if (parent != no_slice) return m_nodes[parent];
    }
    const SliceNumber launch = isDevice ? m_timeline.link[slice] : no_slice;
    if (launch != no_slice && m_nodes[launch] != 0) return onDevice(m_nodes[launch]);
    return ofPlace(m_timeline.place[slice], isDevice);
  }

  std::size_t top(bool isDevice) {
    return m_isSplit ? m_tree.child(0, isDevice ? "device" : "host", isDevice ? "device" : "host")
                     : 0;
  }

  std::size_t ofPlace(std::uint32_t place, bool isDevice) {
    const std::uint64_t key = std::uint64_t{place} * 2 + (isDevice ? 1 : 0);
    const auto found = m_places.find(key);
    if (found != m_places.end()) return found->second;
    const reports::TimelinePlace& where = m_timeline.places[place];
    std::size_t at = top(isDevice);
    at = m_tree.child(at, where.layer == 0 ? "no layer" : m_names[where.layer], "layer");
    if (where.phase != Phase::other) at = m_tree.child(at, name_of(where.phase), "phase");
    m_places.emplace(key, at);
    return at;
  }

  // The same path of names below the device.
  std::size_t onDevice(std::size_t host) {
    if (!m_isSplit) return host;
    if (m_tree.node(host).parent == 0) return top(true);
    const auto found = m_mirrored.find(host);
    if (found != m_mirrored.end()) return found->second;
    const std::size_t above = onDevice(m_tree.node(host).parent);
    const QString name = m_tree.node(host).name;
    const std::string kind = m_tree.node(host).kind.toStdString();
    const std::size_t at = m_tree.child(above, name, kind.c_str());
    m_mirrored.emplace(host, at);
    return at;
  }

  std::size_t childOf(std::size_t parent, std::uint32_t name, bool isDevice) {
    const std::uint64_t key = (std::uint64_t{parent} << 32U) | name;
    const auto found = m_childOf.find(key);
    if (found != m_childOf.end()) return found->second;
    const std::size_t at = m_tree.child(parent, m_names[name], isDevice ? "kernel" : "operator");
    m_childOf.emplace(key, at);
    return at;
  }

  CallTreeGrowing& m_tree;
  const Timeline& m_timeline;
  int m_side;
  bool m_isSplit;
  std::vector<QString> m_names;
  std::vector<std::size_t> m_nodes;  ///< of each slice; 0: none
  std::unordered_map<std::uint64_t, std::size_t> m_places, m_childOf;
  std::unordered_map<std::size_t, std::size_t> m_mirrored;
};

bool hasBoth(const TimelinePointer& timeline) {
  if (!timeline) return false;
  bool hasDevice = false, hasHost = false;
  for (const reports::TimelineLane& lane : timeline->lanes) {
    if (lane.first_row == lane.end_row) continue;
    hasDevice = hasDevice || lane.kind == LaneKind::device;
    hasHost = hasHost || lane.kind == LaneKind::operators || lane.kind == LaneKind::other;
  }
  return hasDevice && hasHost;
}

CallTreePointer reversed(const CallTree& tree) {
  CallTreeGrowing grown;
  for (std::size_t number = 1; number < tree.nodes.size(); ++number) {
    const CallNode& node = tree.nodes[number];
    const auto isEmpty = [](const CallNode::Of& of) { return of.count == 0; };
    if (isEmpty(node.of[0]) && isEmpty(node.of[1])) continue;
    // Own values stand at the end of the way, so that every node on it has them in its total.
    std::size_t at = 0;
    for (std::size_t from = number; from != 0; from = tree.nodes[from].parent) {
      const CallNode& step = tree.nodes[from];
      at = grown.child(at, step.name, step.kind.toStdString().c_str());
      for (const int side : {0, 1}) grown.node(at).of[side].count += node.of[side].count;
    }
    for (const int side : {0, 1}) {
      CallNode::Of& of = grown.node(at).of[side];
      of.self_ns += node.of[side].self_ns;
      of.allocatedBytes += node.of[side].allocatedBytes;
      of.keptBytes += node.of[side].keptBytes;
    }
  }
  return grown.finish();
}

}  // namespace

CallTreePointer callTreeOf(const TimelinePointer& a, const TimelinePointer& b, CallOrder order) {
  CallTreeGrowing grown;
  const bool isSplit = hasBoth(a) || hasBoth(b);
  if (a) CallTreeSide(grown, *a, 0, isSplit).add();
  if (b) CallTreeSide(grown, *b, 1, isSplit).add();
  CallTreePointer tree = grown.finish();
  return order == CallOrder::topDown ? tree : reversed(*tree);
}

}  // namespace actscope::gui
