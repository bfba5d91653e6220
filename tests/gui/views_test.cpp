// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QApplication>
#include <QLineEdit>
#include <QSplitter>
#include <QStatusBar>
#include <QTest>
#include <memory>

#include "actscope/base/error.hpp"
#include "app/main_window.hpp"
#include "app/theme.hpp"
#include "app/view_set.hpp"
#include "golden_picture.hpp"
#include "gui_support.hpp"
#include "views/picture.hpp"

namespace actscope::gui {
namespace {

using test::MadeRuns;

class Views : public MadeRuns {
 protected:
  void TearDown() override { applyTheme(Theme::light); }

  std::unique_ptr<View> show(const QString& id, const ViewOptions& options = {}) {
    std::unique_ptr<View> view(makeView(id, store, selection));
    view->setOptions(options);
    view->resize(1000, 560);
    view->show();
    settle(*view);
    return view;
  }

  // Layouts and scroll bars settle over several rounds of events.
  static QImage settle(QWidget& widget) {
    QImage last;
    for (int round = 0; round < 50; ++round) {
      QTest::qWait(10);
      const QImage now = widget.grab().toImage();
      if (now == last) break;
      last = now;
    }
    return last;
  }

  void expectLightAndDark(const QString& id, const QString& name, const ViewOptions& options = {}) {
    for (const bool isDark : {false, true}) {
      applyTheme(isDark ? Theme::dark : Theme::light);
      const auto view = show(id, options);
      test::expectPicture(name + (isDark ? "-dark" : "-light"), view->grab().toImage());
    }
  }

  void pick() {
    selection.setA(key("dense-0"));
    selection.setB(key("p8a0"));
  }
};

TEST_F(Views, RunsLookAsBefore) {
  pick();
  expectLightAndDark("runs", "runs");
}

TEST_F(Views, HeatMapLooksAsBefore) {
  selection.setCurrent(key("p32a0"));
  expectLightAndDark("heatmap", "heatmap");
}

TEST_F(Views, HeatMapOfChangesLooksAsBefore) {
  pick();
  expectLightAndDark("heatmap", "heatmap-change", {"accuracy", "int4-bsr", "dense", "", ""});
}

TEST_F(Views, OverviewLooksAsBefore) {
  expectLightAndDark("overview", "overview");
}

TEST_F(Views, ParetoLooksAsBefore) {
  pick();
  expectLightAndDark("pareto", "pareto");
}

TEST_F(Views, ParetoOfSeedsLooksAsBefore) {
  selection.setCurrent(key("p8a1"));
  expectLightAndDark("pareto", "pareto-seeds");
}

TEST_F(Views, AccuracyLooksAsBefore) {
  pick();
  expectLightAndDark("accuracy", "accuracy");
}

TEST_F(Views, AccuracyDifferenceLooksAsBefore) {
  pick();
  selection.setSide(Side::difference);
  expectLightAndDark("accuracy", "accuracy-difference");
}

TEST_F(Views, FootprintLooksAsBefore) {
  pick();
  expectLightAndDark("footprint", "footprint");
}

TEST_F(Views, FootprintDifferenceLooksAsBefore) {
  pick();
  selection.setSide(Side::difference);
  expectLightAndDark("footprint", "footprint-difference");
}

TEST_F(Views, KernelsLookAsBefore) {
  pick();
  expectLightAndDark("kernels", "kernels");
}

TEST_F(Views, KernelDifferencesLookAsBefore) {
  pick();
  selection.setSide(Side::difference);
  expectLightAndDark("kernels", "kernels-difference");
}

TEST_F(Views, BenchmarksLookAsBefore) {
  expectLightAndDark("benchmarks", "benchmarks");
}

TEST_F(Views, AMessageInPlaceLooksAsBefore) {
  selection.setB(key("p16a0"));
  expectLightAndDark("footprint", "footprint-message");
}

TEST_F(Views, TheWindowLooksAsBefore) {
  CommandLine line;
  line.places = {folder.path()};
  for (const bool isDark : {false, true}) {
    line.theme = isDark ? Theme::dark : Theme::light;
    applyTheme(line.theme);
    MainWindow window(line);
    window.resize(1000, 620);
    window.show();
    EXPECT_TRUE(QTest::qWaitFor([&] { return window.store().runs().size() == 18U; }));
    window.pages().setCurrentIndex(static_cast<int>(viewIds().indexOf("pareto")));
    window.statusBar()->clearMessage();
    test::expectPicture(QString("window") + (isDark ? "-dark" : "-light"), settle(window));
  }
}

TEST_F(Views, NewRunLooksAsBefore) {
  expectLightAndDark("new-run", "new-run");
}

TEST_F(Views, AreExportedInEveryFormat) {
  pick();
  QTemporaryDir out;
  for (const QString& id : viewIds()) {
    const std::unique_ptr<View> view(makeView(id, store, selection));
    for (const char* ending : {".png", ".svg", ".pdf", ".csv"}) {
      const QString file = out.filePath(id + ending);
      exportView(*view, file, {640, 400});
      // No run here has a trace, so the timeline is a line of text.
      const bool isText = id == "new-run" || id == "timeline";
      EXPECT_GT(QFileInfo(file).size(), ending[1] == 'c' ? 20
                                        : isText         ? 50
                                                         : 2000)
          << file.toStdString();
    }
    EXPECT_EQ(QImage(out.filePath(id + ".png")).size(), QSize(640, 400));
    QFile svg(out.filePath(id + ".svg"));
    ASSERT_TRUE(svg.open(QIODevice::ReadOnly));
    const QByteArray text = svg.readAll();
    EXPECT_TRUE(text.contains("viewBox=\"0 0 640 400\""));
    // Drawn, not a picture in a frame.
    EXPECT_TRUE(text.contains("<text")) << id.toStdString();
    EXPECT_THROW(exportView(*view, out.filePath("x.bmp"), {640, 400}), ConfigError);
    EXPECT_THROW(exportView(*view, out.filePath("none/x.csv"), {640, 400}), EnvironmentError);
  }
}

TEST_F(Views, APictureSaysWhatIsMissing) {
  selection.setB(key("p16a0"));
  QTemporaryDir out;
  for (const char* id : {"footprint", "kernels"}) {
    const std::unique_ptr<View> view(makeView(id, store, selection));
    exportView(*view, out.filePath("x.svg"), {900, 400});
    QFile svg(out.filePath("x.svg"));
    ASSERT_TRUE(svg.open(QIODevice::ReadOnly));
    EXPECT_FALSE(view->message().isEmpty());
    EXPECT_TRUE(QString::fromUtf8(svg.readAll()).contains(view->message().section(' ', 0, 4)))
        << id;
  }
}

TEST_F(Views, ShowNothingWithoutRunsAndDoNotFail) {
  store.openNow({folder.path() + "/nothing"});
  for (const QString& id : viewIds()) {
    for (const Side side : {Side::a, Side::b, Side::difference}) {
      selection.setSide(side);
      EXPECT_FALSE(show(id)->grab().isNull());
    }
  }
}

TEST_F(Views, RefuseOptionsTheyDoNotKnow) {
  for (const QString& id : viewIds()) {
    const std::unique_ptr<View> view(makeView(id, store, selection));
    EXPECT_THROW(view->setOptions({"nonsense", "", "", "", ""}), ConfigError) << id.toStdString();
    EXPECT_THROW(view->setOptions({"", "nonsense", "", "", ""}), ConfigError) << id.toStdString();
    EXPECT_THROW(view->setOptions({"", "", "nonsense", "", ""}), ConfigError) << id.toStdString();
  }
  EXPECT_EQ(makeView("nonsense", store, selection), nullptr);
}

}  // namespace
}  // namespace actscope::gui
