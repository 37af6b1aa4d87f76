package dev.millrace.executor.sandbox;

import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.TaskLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Control groups of this executor's attempts, whatever the version. Thread-safe. */
public interface Cgroups {
    TaskCgroup create(String name, TaskLimits limits) throws IOException;

    /** Where the directories of the group called so are, whether or not they exist; the first lists its processes. */
    List<Path> directories(String name);

    /** Kills and removes what an earlier life of this executor left. */
    void sweep() throws IOException;

    /** The directories of this executor's own group. */
    List<Path> own();

    /** As shown to people, {@code cgroup-v1} or {@code cgroup-v2}. */
    String version();
}
