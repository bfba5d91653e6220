// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_table_model.hpp"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QTemporaryDir>

#include "actscope/base/file.hpp"
#include "actscope/reports/run_document.hpp"

namespace actscope::gui {
namespace {

class RunTable : public testing::Test {
 protected:
  void add(const std::string& name, const std::string& scheme, std::int64_t saved) {
    RunRecord record;
    record.config.scheme = scheme;
    record.summary.saved_bytes = Measured<std::int64_t>::of(saved);
    record.summary.peak_bytes = Measured<std::int64_t>::missing("no step ran");
    record.summary.residual_bytes = Measured<std::int64_t>::of(0);
    record.summary.dense_saved_bytes = 4096;
    record.summary.step_time_s = Measured<double>::of(0.25);
    record.summary.images_per_s = Measured<double>::of(4);
    record.summary.train_loss = Measured<double>::of(1);
    record.summary.heldout_accuracy_ratio = Measured<double>::of(0.815);
    write(name, reports::write_run_document(record));
  }
  void write(const std::string& name, const std::string& text) {
    const std::string folder = m_folder.path().toStdString() + "/" + name;
    prepare_output_folder(folder, ExistingFolder::keep);
    write_file_atomically(folder + "/report.json", text);
  }
  QString cell(int row, int column, int role = Qt::DisplayRole) const {
    return m_model.data(m_model.index(row, column), role).toString();
  }

  QTemporaryDir m_folder;
  RunTableModel m_model;
  QAbstractItemModelTester m_tester{&m_model,
                                    QAbstractItemModelTester::FailureReportingMode::Fatal};
};

TEST_F(RunTable, AnEmptyFolderHasNoRuns) {
  m_model.load({m_folder.path()});
  EXPECT_EQ(m_model.rowCount(), 0);
  EXPECT_EQ(m_model.csv().count('\n'), 1);
}

TEST_F(RunTable, ShowsRunsInUnitsAndSortsByNumbers) {
  add("a", "dense", 4096);
  add("b", "linear-bsr", 1024);
  m_model.load({m_folder.path()});
  ASSERT_EQ(m_model.rowCount(), 2);
  EXPECT_EQ(cell(0, RunTableModel::saved), "4.00 KiB");
  EXPECT_EQ(cell(1, RunTableModel::fewer), "4.00x");
  EXPECT_EQ(cell(0, RunTableModel::block), "–");
  EXPECT_EQ(cell(1, RunTableModel::block), "16x16");
  EXPECT_EQ(cell(0, RunTableModel::peak), "n/a");
  EXPECT_EQ(m_model.data(m_model.index(1, RunTableModel::saved), Qt::UserRole).toDouble(), 1024);
}

TEST_F(RunTable, AFileThatCannotBeReadIsARowWithItsMessage) {
  add("a", "dense", 4096);
  write("half", "{\"schema\": {\"na");
  m_model.load({m_folder.path()});
  ASSERT_EQ(m_model.rowCount(), 2);
  EXPECT_EQ(cell(1, RunTableModel::status), "unreadable");
  EXPECT_TRUE(cell(1, RunTableModel::name, Qt::ToolTipRole).contains("not a readable document"));
}

TEST_F(RunTable, CsvHasPlainNumbers) {
  add("a", "dense", 4096);
  m_model.load({m_folder.path()});
  EXPECT_TRUE(m_model.csv().contains("a,completed,dense,–,,4096,1,,0.25,0.815"))
      << m_model.csv().toStdString();
}

}  // namespace
}  // namespace actscope::gui
