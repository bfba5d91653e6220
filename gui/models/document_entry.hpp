// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <memory>

namespace actscope::gui {

/// A document that is no run, or a file that cannot be read as one.
template <class Record>
struct DocumentEntry {
  QString key;                           ///< its file
  QString name;                          ///< of its folder or file
  QString reason;                        ///< of the reader; empty: it was read
  std::shared_ptr<const Record> record;  ///< absent: not readable
};

}  // namespace actscope::gui
