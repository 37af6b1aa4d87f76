package dev.millrace.scheduler;

import dev.millrace.schemas.event.Needs;

/** An executor that is held for whichever task with these needs is next. */
record Reservation(String executorId, Needs needs) {}
