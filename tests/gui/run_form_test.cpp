// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "actscope/core/training/run_setup.hpp"
#include "models/form_prediction.hpp"
#include "models/metric.hpp"
#include "models/program_run.hpp"
#include "models/run_form.hpp"

namespace actscope::gui {
namespace {

TEST(RunRequestTest, ARunLeavesOutWhatIsEmptyOrMeansNothing) {
  RunForm r;
  EXPECT_EQ(
      shellLine("actscope", argumentsOf(r)),
      "actscope run --model resmlp --data fashion-mnist --scheme int4-bsr --block 16 --sparsity "
      "0.8 --seed 0 --epochs 1 --batch 128 --device cpu --trace ledger --out runs/new");
  r["scheme"] = "dense";
  r["model"] = "resmlp_s12";
  r["dim"] = "64";
  r["steps"] = "10";
  const QStringList words = argumentsOf(r);
  EXPECT_FALSE(words.contains("--block"));
  EXPECT_FALSE(words.contains("--dim"));
  EXPECT_FALSE(words.contains("--epochs"));
  EXPECT_TRUE(words.contains("--steps"));
}

TEST(RunRequestTest, WhatTheProgramDoesByItselfIsLeftOut) {
  RunForm r;
  r["select"] = "row:unbiased";
  r["schedule"] = "warmup:100";
  r["optimizer"] = "lamb";
  r["drop_path_ratio"] = "0.1";
  r["ema_decay"] = "0.999";
  r["dtype"] = "bf16";
  r["gradient_errors"] = "50";
  EXPECT_EQ(faultOf(r), "");
  const QString line = shellLine("actscope", argumentsOf(r));
  EXPECT_TRUE(line.contains("--select row:unbiased --schedule warmup:100 --seed 0 --epochs 1"));
  EXPECT_TRUE(
      line.contains("--optimizer lamb --drop-path 0.1 --ema 0.999 --device cpu --dtype bf16"));
  EXPECT_TRUE(line.contains("--trace ledger --gradient-errors 50 --out"));
  r["scheme"] = "topk";  // prunes, but by elements
  const QStringList words = argumentsOf(r);
  EXPECT_TRUE(words.contains("--sparsity"));
  EXPECT_TRUE(words.contains("--schedule"));
  EXPECT_FALSE(words.contains("--block"));
  EXPECT_FALSE(words.contains("--select"));
  r["scheme"] = "int4";
  EXPECT_FALSE(argumentsOf(r).contains("--schedule"));
}

TEST(RunRequestTest, MoreOptionsAreReadAsAShellReadsThem) {
  for (const QStringList& words : {QStringList{"--slot", "blocks.*.h=int8"},
                                   QStringList{"it's", "a \"b\"", "", "\\", "x y"}}) {
    EXPECT_EQ(shellWords(shellLine(words.front(), words.mid(1))), words);
  }
  EXPECT_EQ(shellWords(R"(a "b \"c\" d" e\ f 'g"h')"),
            QStringList({"a", "b \"c\" d", "e f", "g\"h"}));
  EXPECT_EQ(shellWords("  "), QStringList());
  EXPECT_EQ(shellWords("--slot 'blocks"), std::nullopt);
  RunForm r;
  r["extra"] = "--slot 'blocks.*.h=int8'";
  EXPECT_EQ(argumentsOf(r).mid(argumentsOf(r).size() - 2),
            QStringList({"--slot", "blocks.*.h=int8"}));
  EXPECT_EQ(faultOf(r), "");
  r["extra"] = "--slot 'blocks";
  EXPECT_EQ(faultOf(r), "More options: a quote is not closed.");
}

TEST(RunRequestTest, ASweepTakesLists) {
  RunForm r;
  r.isSweep = true;
  r["seeds"] = "0,1";
  r["workers"] = "2";
  const QString line = shellLine("actscope", argumentsOf(r));
  EXPECT_TRUE(line.startsWith("actscope sweep "));
  EXPECT_TRUE(
      line.contains("--schemes int4-bsr,linear-bsr --blocks 8,16 --sparsities 0.5,0.8 --seeds 0,1 "
                    "--epochs"));
  EXPECT_TRUE(line.contains("--workers 2"));
  EXPECT_FALSE(line.contains("--scheme "));
}

TEST(RunRequestTest, TheShellGetsTheSameWords) {
  RunForm r;
  r["out"] = "my runs/it's";
  r["extra"] = "--slot \"blocks.*.h=int8\"";
  const QStringList words = argumentsOf(r);
  EXPECT_EQ(words.last(), "blocks.*.h=int8");
  QProcess shell;
  shell.start("sh", {"-c", "printf '%s\\n' " + shellLine("x", words)});
  ASSERT_TRUE(shell.waitForFinished());
  EXPECT_EQ(QString::fromUtf8(shell.readAll()).trimmed().split('\n').mid(1), words);
}

TEST(RunRequestTest, FaultsAreNamed) {
  EXPECT_EQ(faultOf({}), "");
  RunForm r;
  r["out"] = " ";
  EXPECT_TRUE(faultOf(r).contains("output folder"));
  r = {};
  r["block_rows"] = "8,16";
  EXPECT_TRUE(faultOf(r).contains("8x64"));
  r = {};
  r["sparsity_ratio"] = "1";
  EXPECT_FALSE(faultOf(r).isEmpty());
  r["scheme"] = "dense";
  EXPECT_TRUE(faultOf(r).isEmpty());
  r["batch"] = "many";
  EXPECT_TRUE(faultOf(r).contains("Batch"));
  r = {};
  r["drop_path_ratio"] = "1";
  EXPECT_TRUE(faultOf(r).contains("Drop-path"));
  r["drop_path_ratio"] = "0.5";
  r["ema_decay"] = "often";
  EXPECT_TRUE(faultOf(r).contains("Weight average decay"));
  r["ema_decay"].clear();
  r["gradient_errors"] = "-1";
  EXPECT_TRUE(faultOf(r).contains("Gradient errors"));
  r = {};
  r.isSweep = true;
  r["blocks"] = "8,16,8x64";
  EXPECT_EQ(faultOf(r), "");
  r["sparsities"] = "0.5;0.8";
  EXPECT_FALSE(faultOf(r).isEmpty());
}

TEST(RunRequestTest, AFaultIsInItsField) {
  EXPECT_EQ(faultIn({}).field, "");
  RunForm r;
  r["batch"] = "many";
  EXPECT_EQ(faultIn(r).field, "batch");
  r = {};
  r["block_rows"] = "x";
  EXPECT_EQ(faultIn(r).field, "block_rows");
  r = {};
  r.isSweep = true;
  r["workers"] = "all";
  EXPECT_EQ(faultIn(r).field, "workers");
}

TEST(RunRequestTest, EveryFieldSaysWhatItIs) {
  QStringList headings;
  for (const FormField& field : formFields()) {
    EXPECT_FALSE(field.meaning.isEmpty()) << field.name.toStdString();
    if (!field.heading.isEmpty()) headings << field.heading;
  }
  EXPECT_EQ(formFields().front().heading, headings.front());
  EXPECT_EQ(headings.size(), 5);
}

TEST(RunRequestTest, ACommandFillsTheFormThatGaveIt) {
  RunForm run;
  run["model"] = "resmlp_s12";
  run["scheme"] = "int8";
  run["steps"] = "20";
  run["train_samples"] = "512";
  run["select"] = "row:unbiased";
  run["extra"] = "--slot 'blocks.*.h=int8' --quiet";
  EXPECT_EQ(argumentsOf(formOf(argumentsOf(run)).value()), argumentsOf(run));
  RunForm sweep;
  sweep.isSweep = true;
  sweep["workers"] = "2";
  sweep["seeds"] = "0,1,2";
  EXPECT_EQ(argumentsOf(formOf(argumentsOf(sweep)).value()), argumentsOf(sweep));
  EXPECT_FALSE(formOf({"gate", "--baseline", "a"}));
  EXPECT_FALSE(formOf({}));
}

TEST(RunRequestTest, WhatARunWillKeepIsPredictedByTheByteModel) {
  RunForm r;
  r["data"] = "synthetic";
  r["scheme"] = "int8";
  r["batch"] = "32";
  RunConfig config;
  config.data = "synthetic";
  config.scheme = "int8";
  config.batch = 32;
  const FootprintTotals totals = core::footprint_of(config).totals;
  const QString text = predictionOf(r);
  EXPECT_TRUE(text.contains(bytesText(static_cast<double>(totals.saved_bytes))))
      << text.toStdString();
  EXPECT_TRUE(text.contains(bytesText(static_cast<double>(totals.peak_bytes))));
  r["extra"] = "--slot 'blocks.*.h=drop'";
  EXPECT_NE(predictionOf(r), text);
  r["batch"] = "";
  EXPECT_FALSE(predictionOf(r).isEmpty());
  r["batch"] = "none";
  EXPECT_EQ(predictionOf(r), "");
}

TEST(RunRequestTest, ASweepIsPredictedFromItsLeastToItsMost) {
  RunForm r;
  r.isSweep = true;
  r["data"] = "synthetic";
  EXPECT_TRUE(predictionOf(r).contains(" to ")) << predictionOf(r).toStdString();
  r["schemes"] = "int8";
  EXPECT_FALSE(predictionOf(r).contains(" to ")) << predictionOf(r).toStdString();
}

TEST(RunRequestTest, WithoutAPredictionItSaysWhy) {
  RunForm r;
  r["scheme"] = "int";  // while one types
  EXPECT_TRUE(predictionOf(r).startsWith("No prediction: ")) << predictionOf(r).toStdString();
  r["scheme"] = "exact-bsr";
  r["block_rows"] = "4096";
  EXPECT_TRUE(predictionOf(r).startsWith("No prediction: ")) << predictionOf(r).toStdString();
}

TEST(RunRequestTest, TheTableHasARowAnOption) {
  TableModel table;
  const QAbstractItemModelTester tester(&table,
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
  fillFormTable(table, {});
  EXPECT_TRUE(csvOf(table).startsWith("option,value\ncommand,run\n--model,resmlp\n"));
}

class ProgramRunTest : public testing::Test {
 protected:
  QString script(const QByteArray& text) {
    const QString name = m_folder.filePath("actscope");
    QFile file(name);
    EXPECT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("#!/bin/sh\n" + text);
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    return name;
  }
  bool waitForEnd() { return ended.count() > 0 || ended.wait(10000); }
  QString verdict() { return ended.value(0).value(1).toString(); }

  QTemporaryDir m_folder;
  ProgramRun run;
  QSignalSpy lines{&run, &ProgramRun::line};
  QSignalSpy ended{&run, &ProgramRun::ended};
};

TEST_F(ProgramRunTest, GivesLinesOfBothStreamsAndTheVerdict) {
  run.start(script("printf 'one\\rtwo\\n' >&2; echo three; printf four"), {});
  ASSERT_TRUE(waitForEnd());
  EXPECT_EQ(lines.count(), 4);
  EXPECT_EQ(lines.value(3).value(0).toString(), "four");
  EXPECT_TRUE(ended[0][0].toBool());
  EXPECT_FALSE(run.isRunning());
}

TEST_F(ProgramRunTest, TellsWhatTheExitCodeMeans) {
  run.start(script("exit 2"), {});
  ASSERT_TRUE(waitForEnd());
  EXPECT_TRUE(verdict().contains("option"));
}

TEST_F(ProgramRunTest, AProgramThatIsNotThereIsAVerdict) {
  run.start(m_folder.filePath("none"), {});
  ASSERT_TRUE(waitForEnd());
  EXPECT_TRUE(verdict().startsWith("cannot start"));
}

TEST_F(ProgramRunTest, StopAsksFirst) {
  run.start(script("trap 'echo bye; exit 130' TERM; echo up; while :; do sleep 0.05; done"), {});
  ASSERT_TRUE(lines.wait(5000));
  run.stop();
  ASSERT_TRUE(waitForEnd());
  EXPECT_EQ(lines.last().value(0).toString(), "bye");
  EXPECT_EQ(verdict(), "stopped; it can be resumed");
}

TEST_F(ProgramRunTest, StopKillsWhatDoesNotEnd) {
  run.setGrace(100);
  run.start(script("trap '' TERM; echo up; while :; do sleep 0.05; done"), {});
  ASSERT_TRUE(lines.wait(5000));
  run.stop();
  ASSERT_TRUE(waitForEnd());
  EXPECT_EQ(verdict(), "killed, for it did not stop in time");
}

TEST_F(ProgramRunTest, ItsEndAsksFirstToo) {
  const QString left = m_folder.filePath("checkpoint");
  const QString file = script("trap 'touch " + left.toUtf8() +
                              "; exit 130' TERM; echo up; while :; do sleep 0.05; done");
  auto* second = new ProgramRun;
  QSignalSpy up(second, &ProgramRun::line);
  second->start(file, {});
  ASSERT_TRUE(up.wait(5000));
  delete second;
  EXPECT_TRUE(QFile::exists(left));
}

TEST_F(ProgramRunTest, IsFoundBySettingThenBesideThenOnThePath) {
  const QString file = script("");
  EXPECT_EQ(findProgram(file, "/nowhere"), file);
  EXPECT_EQ(findProgram("", m_folder.path()), file);
  EXPECT_EQ(findProgram("/nowhere/actscope", m_folder.path()), "");
  QDir(m_folder.path()).mkpath("build/bin");
  QFile::rename(file, m_folder.filePath("build/bin/actscope"));
  EXPECT_EQ(findProgram("", m_folder.filePath("build/gui/bin")),
            m_folder.filePath("build/bin/actscope"));
}

}  // namespace
}  // namespace actscope::gui
