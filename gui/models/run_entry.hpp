// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/core/config/alike.hpp"
#include "models/selection.hpp"

namespace actscope::gui {

enum class EntryStatus { completed, running, pending, interrupted, failed, skipped, unreadable };

/// "completed", "running", …
QString statusName(EntryStatus status);

/// One run as the dashboard knows it: a report, a point of a sweep, or a file that cannot be read.
struct RunEntry {
  QString key;    ///< what selection and command line name it by: file, or SWEEP#ID of a point
  QString name;   ///< of its folder; for a point of a sweep what varies
  QString sweep;  ///< folder of the sweep; empty: a run of its own
  EntryStatus status = EntryStatus::unreadable;
  QString reason;  ///< why it is not completed, or the message of the reader
  bool isBaseline = false;
  RunConfig config;                         ///< defaults where unreadable
  QString scheme;                           ///< schemeText of the configuration
  QString group;                            ///< groupText of the configuration
  std::optional<RunSummary> summary;        ///< absent: nothing was measured (yet)
  std::int64_t heldoutImages = 0;           ///< behind its accuracy; 0: unknown
  std::shared_ptr<const RunRecord> record;  ///< absent: no report, or not readable

  /// Takes a configuration and what is said of it.
  void setConfig(const RunConfig& from);

  /// The hash of the data it read; empty: unknown.
  const std::string& dataHash() const;
  /// Whether it trained to its end: only then is its accuracy one of its configuration.
  bool isTrained() const { return status == EntryStatus::completed && summary; }

  bool isReadable() const { return status != EntryStatus::unreadable; }
  bool isFinished() const {
    return status == EntryStatus::completed || status == EntryStatus::skipped ||
           status == EntryStatus::failed;
  }
};

using RunPointer = std::shared_ptr<const RunEntry>;
using RunList = std::vector<RunPointer>;

/// What the views say where a side needs a run that is not picked; empty: they are.
QString missingPick(const RunPointer& a, const RunPointer& b, Side side);
/// The folder that its report, or its trace, is in; of a point of a sweep the point's.
QString folderOf(const RunEntry& run);
/// Whether block and sparsity mean anything to a configuration.
bool hasBlocks(const RunConfig& config);
/// "16x16", "8x64"; "–" where the scheme has no blocks.
QString blockText(const RunConfig& config);
/// The scheme with the overrides that change it: "exact blocks.0.h=int8"; "–" where it is not
/// known.
QString schemeText(const RunConfig& config);
/// All that two runs must share to be compared point by point: every field of the role training,
/// the usual ones by their values, others only where they differ from a run's defaults.
/// "resmlp 64x4, fashion-mnist, batch 64, 1 epoch, lr 0.001, fp32, cpu, optimizer lamb". Of a model
/// that is not ours the fields that are known: "net, batch 16, fp32, cpu".
QString groupText(const RunConfig& config);
/// How the training of a run differs from another's: "optimizer lamb, weight_decay 0.1"; empty:
/// not at all.
QString apartText(const RunConfig& from, const RunConfig& config);
/// The trained dense runs by their places in the list.
core::DenseRuns denseRuns(const RunList& runs);
/// What tells a point of a sweep from the others: "int4-bsr 8x8 50 % seed 0".
QString pointText(const RunConfig& config);

}  // namespace actscope::gui
