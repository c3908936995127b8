/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#include "config.h"

#include "lab-picture.h"

#include "lab-chart.h"
#include "lab-timeline-picture.h"

static LabDrawing *
draw_lanes (LabFindings *findings,
            double       width)
{
  HaulTimeline *timeline = lab_findings_get_timeline (findings);
  const LabTimelineRun run = { .timeline = timeline };
  const LabTimelineScale scale = { .now = haul_timeline_get_end (timeline), .width = width };

  return lab_timeline_picture_new (&run, 1, &scale, NULL);
}

LabDrawing *
lab_picture_new (const LabExperiment *experiment,
                 LabFindings         *findings,
                 LabFindings         *earlier,
                 double               width)
{
  if (experiment->picture == LAB_PICTURE_LANES)
    return draw_lanes (findings, width);
  return lab_chart_new (experiment, findings, earlier, width);
}

char *
lab_picture_describe (const LabExperiment *experiment,
                      LabFindings         *findings)
{
  const LabTimelineRun run = { .timeline = lab_findings_get_timeline (findings) };

  if (experiment->picture == LAB_PICTURE_LANES)
    return lab_timeline_describe (&run, 1);
  return lab_chart_describe (experiment, findings);
}
