/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

#pragma once

/* libhaul: long-running tasks in processes and threads, for GLib programs. */

#include "parent/haul-batch-item.h"
#include "parent/haul-batch.h"
#include "parent/haul-cpus.h"
#include "parent/haul-enum-types.h"
#include "parent/haul-estimator.h"
#include "parent/haul-executor.h"
#include "parent/haul-format.h"
#include "parent/haul-heartbeat.h"
#include "parent/haul-job.h"
#include "parent/haul-life.h"
#include "parent/haul-part.h"
#include "parent/haul-pool-executor.h"
#include "parent/haul-pool-worker-info.h"
#include "parent/haul-pool.h"
#include "parent/haul-process-info.h"
#include "parent/haul-process-list.h"
#include "parent/haul-process.h"
#include "parent/haul-record.h"
#include "parent/haul-waitable.h"
#include "sync/haul-array.h"
#include "sync/haul-lock.h"
#include "sync/haul-queue.h"
#include "sync/haul-rlock.h"
#include "sync/haul-shareable.h"
#include "sync/haul-value.h"
#include "wire/haul-error.h"
#include "worker/haul-current-process.h"
#include "worker/haul-log.h"
#include "worker/haul-plan.h"
#include "worker/haul-random.h"
#include "worker/haul-task.h"
#include "worker/haul-worker.h"
