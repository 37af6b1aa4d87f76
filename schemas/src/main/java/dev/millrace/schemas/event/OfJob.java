package dev.millrace.schemas.event;

/** An event in the story of one job. */
public interface OfJob {
    String jobId();
}
