/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

#include "lab-experiment.h"

G_BEGIN_DECLS

/* An experiment that does, on wish, what one should and should not do: its parameter "mode" says what. With
 * $LAB_TEST_WAIT in the environment it says a number first, and then waits to be cancelled. */
extern const LabExperiment lab_test_experiment;

/* The same without predictions. */
extern const LabExperiment lab_test_unasked;

/* One of curves, whose items are numbers. */
extern const LabExperiment lab_test_curve;

G_END_DECLS
