package dev.millrace.executor.sandbox;

import dev.millrace.executor.process.TaskLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Where an executor makes the control groups of its attempts, by the rules of one version. Thread-safe. */
interface Hierarchy {
    /** Makes a group of that name; returns its directories; the first lists its processes. */
    List<Path> create(String name) throws IOException;

    /** Sets all limits anew, whatever they were; all groups of an executor have a limit of processors or none has. */
    void limit(List<Path> group, TaskLimits limits) throws IOException;

    /** Changes how much a group counts when processors are short, to a part of what its slots are worth. */
    void weigh(List<Path> group, TaskLimits limits, int divisor) throws IOException;

    /** How many processes and threads a group has. */
    long crowd(List<Path> group);

    /** Has what is counted for {@link Usage#peakBytes} begin anew. */
    void resetPeak(List<Path> group) throws IOException;

    Usage usage(List<Path> group);

    /** Memory charged to a group now, which for one without processes is what they read and wrote. */
    long heldBytes(List<Path> group);

    /** Files that take whoever writes 0 to each of them into the group. */
    List<Path> entrances(List<Path> group);

    /** Puts a process into a group, with all it starts from then on. */
    void add(List<Path> group, long pid) throws IOException;

    /** Kills and removes what an earlier life of this executor left. */
    void sweep() throws IOException;

    /** The directories of this executor's own group, in which the others are. */
    List<Path> own();

    /** As shown to people, {@code cgroup-v1} or {@code cgroup-v2}. */
    String version();

    /**
     * The kernel's counters since a group was made.
     *
     * @param oomKills processes killed for want of memory
     * @param ooms how often the group's own limit was the reason, where that is counted
     * @param peakBytes the most memory it had, where {@code ooms} is not counted; else 0
     * @param refusedForks because of the limit of processes
     */
    record Usage(long oomKills, long ooms, long peakBytes, long refusedForks) {}
}
