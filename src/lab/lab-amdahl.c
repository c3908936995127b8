/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include <math.h>

#include "lab-chart.h"

double
lab_amdahl_speedup (double serial_share,
                    double n_workers)
{
  return 1 / (serial_share + (1 - serial_share) / n_workers);
}

/* With s the serial share, 1 / S(n) = 1 / n + s (1 - 1 / n): a line through the origin, of slope s. */
gboolean
lab_amdahl_fit (const double *n_workers,
                const double *speedups,
                guint         n,
                double       *ret_serial_share)
{
  double xy = 0, xx = 0;

  for (guint i = 0; i < n; i++)
    {
      double x = 1 - 1 / n_workers[i];
      double y = 1 / speedups[i] - 1 / n_workers[i];

      if (!(n_workers[i] > 1) || !(speedups[i] > 0) || !isfinite (x) || !isfinite (y))
        continue;
      xy += x * y;
      xx += x * x;
    }
  if (!(xx > 0))
    return FALSE;

  *ret_serial_share = CLAMP (xy / xx, 0, 1);
  return TRUE;
}
