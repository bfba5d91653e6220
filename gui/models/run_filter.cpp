// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_filter.hpp"

#include "models/row_filter.hpp"
#include "models/run_store.hpp"
#include "models/selection.hpp"

namespace actscope::gui {

RunFilter::RunFilter(const RunStore& store, Selection& selection, QObject* parent)
    : QObject(parent), m_store(store), m_selection(selection) {
  connect(&store, &RunStore::changed, this, &RunFilter::apply);
  connect(&selection, &Selection::changed, this, [this] {
    if (m_selection.filter() != m_applied) apply();
  });
}

void RunFilter::apply() {
  m_applied = m_selection.filter();
  const RowFilter filter(m_applied);
  if (filter.isEmpty()) return m_selection.setMatching(std::nullopt);
  m_table.setRuns(m_store.runs());
  QSet<QString> matching;
  for (int row = 0; row < m_table.rowCount(); ++row) {
    if (filter.accepts(m_table, row))
      matching.insert(m_store.runs()[static_cast<std::size_t>(row)]->key);
  }
  m_selection.setMatching(matching);
}

}  // namespace actscope::gui
