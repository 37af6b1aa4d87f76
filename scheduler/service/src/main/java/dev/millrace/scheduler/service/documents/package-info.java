/** Plans, specs and results of units, as the scheduler reads them from the artifact service. */
@org.jspecify.annotations.NullMarked
package dev.millrace.scheduler.service.documents;
