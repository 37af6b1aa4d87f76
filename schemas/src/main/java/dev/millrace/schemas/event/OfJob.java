package dev.millrace.schemas.event;

/** An event that belongs to one job. */
public interface OfJob {
    String jobId();
}
