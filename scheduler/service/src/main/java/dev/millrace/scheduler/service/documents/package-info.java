/** Reads specs, plans and unit results from the artifact service for the scheduler, and stores plans there. */
@org.jspecify.annotations.NullMarked
package dev.millrace.scheduler.service.documents;
