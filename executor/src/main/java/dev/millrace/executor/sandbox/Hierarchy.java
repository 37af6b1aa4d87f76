package dev.millrace.executor.sandbox;

import dev.millrace.executor.process.TaskLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Manages the control groups of an executor's attempts, by the rules of one version of control groups. Thread-safe. */
interface Hierarchy {
    /** Creates a group with this name and returns its directories. The first directory lists the group's processes. */
    List<Path> create(String name) throws IOException;

    /**
     * Sets all limits, whatever they were before. A processor limit is never removed: either all groups of an executor have one or none
     * has.
     */
    void limit(List<Path> group, TaskLimits limits) throws IOException;

    /** Sets the share of the processors that a group gets when they are scarce: the share for its slots, divided by {@code divisor}. */
    void weigh(List<Path> group, TaskLimits limits, int divisor) throws IOException;

    /** How many processes and threads a group has. */
    long crowd(List<Path> group);

    /** Resets the peak that {@link Usage#peakBytes} reports. */
    void resetPeak(List<Path> group) throws IOException;

    Usage usage(List<Path> group);

    /**
     * Returns the memory that is charged to a group now. In a group without processes this is the cache of the files that its processes
     * read and wrote.
     */
    long heldBytes(List<Path> group);

    /** Returns the entry files of a group. A process enters the group by writing 0 to each of them. */
    List<Path> entrances(List<Path> group);

    /** Moves a process into a group. All processes that it starts afterwards are in the group too. */
    void add(List<Path> group, long pid) throws IOException;

    /** Kills the processes and removes the groups that an earlier incarnation of this executor left. */
    void sweep() throws IOException;

    /** Returns the directories of this executor's own group, which contains the groups of its attempts. */
    List<Path> own();

    /** Returns the name of the version as shown to people, {@code cgroup-v1} or {@code cgroup-v2}. */
    String version();

    /**
     * The kernel's counters since a group was made.
     *
     * @param oomKills how many processes were killed because memory ran out
     * @param ooms how often the group reached its own memory limit; 0 for version 1, which does not count this
     * @param peakBytes the most memory that the group used; 0 for version 2, which counts {@code ooms} instead
     * @param refusedForks how often a process or thread was not started because of the limit on processes
     */
    record Usage(long oomKills, long ooms, long peakBytes, long refusedForks) {}
}
