// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QTest>

#include "actscope/reports/run/document.hpp"
#include "gui_support.hpp"
#include "views/new_run_view.hpp"

namespace actscope::gui {
namespace {

using test::madeRun;

// The form with a program that is a script, so that what it does is known.
class NewRun : public testing::Test {
 protected:
  NewRun() : form(store, selection) {
    form.resize(1000, 600);
    form.show();
    form.activateWindow();
    EXPECT_TRUE(QTest::qWaitForWindowActive(&form));
    type("out", out.filePath("run"));
  }
  void setScript(const QString& text) {
    QFile file(out.filePath("actscope"));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("#!/bin/sh\n" + text.toUtf8());
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    form.setProgram(file.fileName());
  }
  void type(const char* field, const QString& text) {
    auto* line = form.findChild<QLineEdit*>(field);
    ASSERT_NE(line, nullptr);
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, text);
    QTest::qWait(5);
  }
  void press(const QString& text) {
    for (QPushButton* button : form.findChildren<QPushButton*>()) {
      if (button->text().remove('&') == text) QTest::mouseClick(button, Qt::LeftButton);
    }
  }
  QString command() { return form.findChild<QPlainTextEdit*>("command")->toPlainText(); }
  QString log() { return form.findChild<QPlainTextEdit*>("log")->toPlainText(); }
  QString state() { return form.findChild<QLabel*>("state")->text(); }
  bool shows(const QString& text) {
    for (const QLabel* label : form.findChildren<QLabel*>()) {
      if (label->isVisible() && label->text().contains(text)) return true;
    }
    return false;
  }

  QTemporaryDir out;
  RunStore store;
  Selection selection;
  NewRunView form;
};

TEST_F(NewRun, TheCommandFollowsTheFields) {
  type("sparsity_ratio", "0.5");
  EXPECT_TRUE(command().contains("--sparsity 0.5"));
  type("sparsity_ratio", "2");
  EXPECT_TRUE(shows("A sparsity is a share"));
  press("Start");
  EXPECT_FALSE(form.program().isRunning());
  type("sparsity_ratio", "0.9");
  EXPECT_FALSE(shows("A sparsity is a share"));
  press("Copy command");
  EXPECT_EQ(QApplication::clipboard()->text(), command());
}

// Fields are found by name: where two had the same one, only the first would be read.
TEST_F(NewRun, EveryFieldStandsOnce) {
  QStringList names;
  for (const QWidget* field : form.findChildren<QWidget*>()) {
    const bool isField =
        qobject_cast<const QComboBox*>(field) != nullptr ||
        (qobject_cast<const QLineEdit*>(field) != nullptr && !field->objectName().isEmpty());
    if (isField && !field->objectName().startsWith("qt_")) names << field->objectName();
  }
  EXPECT_GT(names.size(), 20);
  EXPECT_EQ(names.removeDuplicates(), 0);
}

TEST_F(NewRun, ASweepHasListsInPlaceOfOneValue) {
  EXPECT_FALSE(form.findChild<QLineEdit*>("blocks")->isVisible());
  for (QRadioButton* kind : form.findChildren<QRadioButton*>()) {
    if (kind->text().contains("weep")) QTest::keyClick(kind, Qt::Key_Space);
  }
  QTest::qWait(5);
  EXPECT_TRUE(form.findChild<QLineEdit*>("blocks")->isVisible());
  EXPECT_FALSE(form.findChild<QLineEdit*>("block_rows")->isVisible());
  EXPECT_TRUE(command().startsWith("actscope sweep "));
}

TEST_F(NewRun, AFieldSaysWhatItIsAndThatItIsWrong) {
  type("batch", "many");
  auto* batch = form.findChild<QLineEdit*>("batch");
  EXPECT_TRUE(form.findChild<QLabel*>("meaning")->text().startsWith("Batch: "));
  EXPECT_FALSE(batch->toolTip().isEmpty());
  EXPECT_NE(batch->palette().color(QPalette::Base), form.palette().color(QPalette::Base));
  EXPECT_EQ(form.findChild<QLabel*>("prediction")->text(), "");
  type("batch", "32");
  EXPECT_EQ(batch->palette().color(QPalette::Base), form.palette().color(QPalette::Base));
  EXPECT_TRUE(form.findChild<QLabel*>("prediction")->text().startsWith("Predicted: keeps "));
}

TEST_F(NewRun, CommandsThatWereStartedCanBeTakenAgain) {
  QStringList told;
  QObject::connect(&form, &NewRunView::commandsChanged, &form,
                   [&](const QStringList& commands) { told = commands; });
  auto* past = form.findChild<QComboBox*>("past");
  EXPECT_FALSE(past->isEnabled());
  setScript("exit 0");
  type("batch", "48");
  const QString first = command();
  press("Start");
  ASSERT_TRUE(QTest::qWaitFor([this] { return state().startsWith("Done"); }));
  EXPECT_EQ(told, QStringList{first});
  type("batch", "64");
  press("Start");
  ASSERT_TRUE(QTest::qWaitFor([&] { return told.size() == 2 && !form.program().isRunning(); }));
  past->setFocus();
  QTest::keyClick(past, Qt::Key_End);
  QTest::qWait(5);
  EXPECT_EQ(command(), first);
}

TEST_F(NewRun, AProgramThatIsNotThereIsSaidInPlace) {
  form.setProgram(out.filePath("none"));
  press("Start");
  EXPECT_TRUE(shows("cannot be executed"));
}

TEST_F(NewRun, ARunShowsItsProgressAndAppearsAmongTheRuns) {
  QFile report(out.filePath("made.json"));
  ASSERT_TRUE(report.open(QIODevice::WriteOnly));
  report.write(QByteArray::fromStdString(reports::write_run_document(madeRun("int4", 16, 0.8))));
  report.close();
  setScript(QString("echo 'step 1 of 2' >&2; mkdir -p '%1'; cp '%2' '%1/report.json'")
                .arg(out.filePath("run"), report.fileName()));
  press("Start");
  EXPECT_TRUE(QTest::qWaitFor([this] { return state().startsWith("Done"); }));
  EXPECT_TRUE(log().contains("step 1 of 2"));
  EXPECT_TRUE(QTest::qWaitFor([this] { return store.runs().size() == 1U; }));
}

TEST_F(NewRun, ARunIsStopped) {
  setScript("trap 'exit 130' TERM; echo up; while :; do sleep 0.05; done");
  press("Start");
  ASSERT_TRUE(QTest::qWaitFor([this] { return log().contains("up"); }));
  EXPECT_EQ(state(), "Running");
  press("Start");  // does nothing while one runs
  press("Stop");
  EXPECT_TRUE(QTest::qWaitFor([this] { return state() == "stopped; it can be resumed"; }));
  EXPECT_FALSE(form.program().isRunning());
}

TEST_F(NewRun, ACrashWhileItStopsIsNoStop) {
  setScript("trap 'kill -SEGV $$' TERM; echo up; while :; do sleep 0.05; done");
  press("Start");
  ASSERT_TRUE(QTest::qWaitFor([this] { return log().contains("up"); }));
  press("Stop");
  EXPECT_TRUE(QTest::qWaitFor([this] {
    return state() == "the program crashed or was killed (signal 11) while it stopped";
  })) << state().toStdString();
}

TEST_F(NewRun, ItIsStoppedBeforeItListens) {
  setScript("echo up; while :; do sleep 0.05; done");
  press("Start");
  ASSERT_TRUE(QTest::qWaitFor([this] { return log().contains("up"); }));
  press("Stop");
  EXPECT_TRUE(QTest::qWaitFor([this] { return state() == "stopped"; })) << state().toStdString();
}

TEST_F(NewRun, ARefusalIsSaid) {
  setScript("echo 'actscope: --batch cannot be 0' >&2; exit 2");
  press("Start");
  EXPECT_TRUE(QTest::qWaitFor([this] { return state().startsWith("refused"); }));
  EXPECT_TRUE(log().contains("--batch cannot be 0"));
}

}  // namespace
}  // namespace actscope::gui
