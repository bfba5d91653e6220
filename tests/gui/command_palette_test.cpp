// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_palette.hpp"

#include <gtest/gtest.h>

#include <QAction>
#include <QLineEdit>
#include <QListWidget>
#include <QPointer>
#include <QTest>

namespace actscope::gui {
namespace {

class Palette : public testing::Test {
 protected:
  Palette() {
    for (const char* text :
         {"&Dark or light", "&Filter", "Swap A and B\tX", "Show a&ll runs", "A is tiles && bars"}) {
      auto* action = new QAction(text, &owner);
      QObject::connect(action, &QAction::triggered, &owner,
                       [this, action] { triggered << action->text(); });
      actions << action;
    }
    actions[1]->setEnabled(false);
    actions[0]->setShortcut(QKeySequence("Ctrl+D"));
    palette = new CommandPalette(actions, &owner);
    palette->open();
    words = palette->findChild<QLineEdit*>();
    found = palette->findChild<QListWidget*>();
  }

  QWidget owner;
  QList<QAction*> actions;
  QStringList triggered;
  QPointer<CommandPalette> palette;
  QLineEdit* words;
  QListWidget* found;
};

TEST_F(Palette, ListsWhatCanBeDoneWithItsKey) {
  ASSERT_EQ(found->count(), 4);
  EXPECT_TRUE(found->item(0)->text().startsWith("Dark or light"));
  EXPECT_TRUE(found->item(0)->text().contains("Ctrl+D"));
  EXPECT_TRUE(found->item(1)->text().endsWith("X"));
  EXPECT_EQ(found->item(3)->text(), "A is tiles & bars");
}

TEST_F(Palette, FindsByWordsInAnyOrder) {
  QTest::keyClicks(words, "light dark");
  ASSERT_EQ(found->count(), 1);
  QTest::keyClick(words, Qt::Key_Return);
  EXPECT_EQ(triggered, QStringList{"&Dark or light"});
  EXPECT_TRUE(QTest::qWaitFor([this] { return palette.isNull(); }));
}

TEST_F(Palette, ArrowsChooseAndEscapeCloses) {
  QTest::keyClick(words, Qt::Key_Down);
  EXPECT_EQ(found->currentRow(), 1);
  QTest::keyClick(words, Qt::Key_PageDown);
  EXPECT_EQ(found->currentRow(), 3);
  QTest::keyClick(words, Qt::Key_Up);
  EXPECT_EQ(found->currentRow(), 2);
  QTest::keyClick(palette, Qt::Key_Escape);
  EXPECT_TRUE(QTest::qWaitFor([this] { return palette.isNull(); }));
  EXPECT_TRUE(triggered.isEmpty());
}

TEST_F(Palette, DoesNothingWhereNothingIsFound) {
  QTest::keyClicks(words, "nothing such");
  EXPECT_EQ(found->count(), 0);
  QTest::keyClick(words, Qt::Key_Return);
  EXPECT_TRUE(triggered.isEmpty());
}

}  // namespace
}  // namespace actscope::gui
