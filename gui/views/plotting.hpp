// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// QCustomPlot with the keywords that QT_NO_KEYWORDS takes away; qcustomplot.h needs two of them.
#include <QObject>
#include <QtGui/QtGui>
#include <QtPrintSupport/QtPrintSupport>
#include <QtWidgets/QtWidgets>

#define signals Q_SIGNALS
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef foreach
#undef signals
