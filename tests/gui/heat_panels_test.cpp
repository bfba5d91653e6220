// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QTest>

#include "actscope/reports/run/document.hpp"
#include "app/theme.hpp"
#include "golden_picture.hpp"
#include "gui_support.hpp"
#include "views/heat_map_view.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {
namespace {

using test::madeRun;

HeatMap mapOf(int panels, int rows, int columns) {
  HeatMap map;
  for (int i = 0; i < panels; ++i) map.panels << QString("scheme %1").arg(i);
  for (int i = 0; i < rows; ++i) map.rows << QString("row %1").arg(i);
  for (int i = 0; i < columns; ++i) map.columns << QString("column %1").arg(i);
  map.cells.resize(static_cast<std::size_t>(panels * rows * columns));
  return map;
}

TEST(HeatPanels, EveryCellIsFoundAtItsPlaceAndNothingBetweenThem) {
  const HeatMap map = mapOf(5, 2, 3);
  const HeatPanels panels(map, 2);
  EXPECT_EQ(panels.down(), 3);
  for (int panel = 0; panel < 5; ++panel) {
    for (int row = 0; row < 2; ++row) {
      for (int column = 0; column < 3; ++column) {
        const HeatSpot spot{panel, row, column};
        EXPECT_EQ(panels.spotAt(panels.centerOf(spot)), spot);
      }
    }
  }
  const QPointF corner = panels.cornerOf(0);
  EXPECT_FALSE(panels.spotAt(corner + QPointF(0.5, 0.2))) << "the title";
  EXPECT_FALSE(panels.spotAt(corner + QPointF(3.2, -0.5))) << "the gap";
  EXPECT_FALSE(panels.spotAt(panels.centerOf({5, 0, 0}))) << "a panel that is not there";
}

TEST(HeatPanels, KeysGoOnFromPanelToPanel) {
  const HeatPanels panels(mapOf(3, 2, 2), 2);
  EXPECT_EQ(panels.moved({0, 0, 1}, 0, 1), (HeatSpot{1, 0, 0}));
  EXPECT_EQ(panels.moved({1, 0, 0}, 0, -1), (HeatSpot{0, 0, 1}));
  EXPECT_EQ(panels.moved({0, 0, 0}, -1, 0), (HeatSpot{2, 1, 0}));
  EXPECT_EQ(panels.moved({2, 1, 0}, 1, 0), (HeatSpot{0, 0, 0}));
  EXPECT_EQ(panels.moved({0, 0, 0}, 0, -1), (HeatSpot{0, 0, 0})) << "the edge";
  EXPECT_EQ(panels.moved({1, 0, 0}, -1, 0), (HeatSpot{1, 0, 0})) << "no panel below";
}

TEST(HeatPanels, LieBesideEachOtherAsLongAsCellsCanBeRead) {
  const HeatMap map = mapOf(6, 3, 4);
  EXPECT_EQ(HeatPanels::fitted(map, 4000, 500).across(), 6);
  EXPECT_EQ(HeatPanels::fitted(map, 1100, 700).across(), 3);
  EXPECT_EQ(HeatPanels::fitted(mapOf(1, 3, 4), 300, 300).across(), 1);
}

class PanelsPage : public testing::Test {
 protected:
  PanelsPage() {
    applyTheme(Theme::light);
    for (const std::int64_t seed : {0, 1}) {
      add(madeRun("dense", 16, 0.8, seed));
      for (const char* scheme : {"exact-bsr", "int4-bsr"}) {
        for (const std::int64_t block : {8, 16}) {
          for (const double sparsity : {0.5, 0.8}) add(madeRun(scheme, block, sparsity, seed));
        }
      }
    }
    store.openNow({folder.path()});
    view.setOptions({"accuracy", "all, side by side", "dense", "", ""});
    view.resize(1100, 560);
    view.show();
    QTest::qWait(20);
  }
  ~PanelsPage() override { applyTheme(Theme::light); }

  void add(const RunRecord& run) {
    const QString where = folder.filePath(QString("%1").arg(m_number++, 2, 10, QChar('0')));
    QDir().mkpath(where);
    QFile file(where + "/report.json");
    EXPECT_TRUE(file.open(QIODevice::WriteOnly));
    file.write(QByteArray::fromStdString(reports::write_run_document(run)));
  }
  QString schemeOfCurrent() const {
    const RunPointer run = store.find(selection.current());
    return run ? run->scheme : QString();
  }

  QTemporaryDir folder;
  RunStore store;
  Selection selection;
  HeatMapView view{store, selection};

 private:
  int m_number = 0;
};

TEST_F(PanelsPage, AClickInAPanelMakesARunOfItsSchemeCurrent) {
  ASSERT_EQ(view.map().panels, (QStringList{"exact-bsr", "int4-bsr"}));
  QTest::mouseClick(&view.plot(), Qt::LeftButton, {}, view.pixelOf(1, 0, 1));
  EXPECT_EQ(schemeOfCurrent(), "int4-bsr");
  QTest::qWait(20);
  QTest::keyClick(&view.plot(), Qt::Key_Left);
  EXPECT_EQ(schemeOfCurrent(), "exact-bsr");
  EXPECT_EQ(store.find(selection.current())->config.sparsity_ratio, 0.8);
}

TEST_F(PanelsPage, LooksAsBefore) {
  for (QComboBox* choice : view.findChildren<QComboBox*>()) {
    const int place = choice->findText("loses at most 2 points");
    if (place >= 0) choice->setCurrentIndex(place);
  }
  QTest::qWait(50);
  test::expectPicture("heatmap-panels-light", view.grab().toImage());
}

}  // namespace
}  // namespace actscope::gui
