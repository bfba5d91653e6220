// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "models/memory.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {

/// Draws stacked blocks: height bytes, width life. Keys are times in the unit of the axis.
class BlocksPlot : public QCPAbstractPlottable {
 public:
  /// One block as it lies for a while.
  struct Piece {
    double from = 0, to = 0, bottom = 0, top = 0;
    std::uint32_t block = 0;
    QColor color;
  };

  using QCPAbstractPlottable::QCPAbstractPlottable;

  void setPieces(std::vector<Piece> pieces) { m_pieces = std::move(pieces); }
  /// The block that is drawn with a frame.
  void setMarked(std::optional<std::uint32_t> block) { m_marked = block; }
  /// The block at a place of the axes.
  std::optional<std::uint32_t> blockAt(double time, double bytes) const;

  double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
  QCPRange getKeyRange(bool& isFound, QCP::SignDomain) const override;
  QCPRange getValueRange(bool& isFound, QCP::SignDomain, const QCPRange&) const override;

 protected:
  void draw(QCPPainter* painter) override;
  void drawLegendIcon(QCPPainter* painter, const QRectF& rect) const override;

 private:
  QCPRange extent(bool& isFound, bool isKey) const;

  std::vector<Piece> m_pieces;
  std::optional<std::uint32_t> m_marked;
};

/// The pieces of stacked blocks. Times count from origin_ns, in units of unit_ns.
std::vector<BlocksPlot::Piece> piecesOf(const reports::AllocationHistory& history,
                                        const std::vector<reports::StackedBlock>& blocks,
                                        const QPalette& palette, std::int64_t origin_ns,
                                        double unit_ns, std::int64_t end_ns);

/// Adds the bands of a curve, each filled down to the one below; names go into the legend from the
/// top band down.
void addBands(QCustomPlot& plot, const reports::LiveCurve& curve, const MemoryGroups& groups,
              const QPalette& palette, std::int64_t origin_ns, double unit_ns);

}  // namespace actscope::gui
