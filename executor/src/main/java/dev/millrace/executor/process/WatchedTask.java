package dev.millrace.executor.process;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The facts that the watchdog needs to clean up after a task on its own.
 *
 * @param directory the directory of the attempt, which is removed if the executor is dead
 * @param groups the directories of its control group; the first one lists its processes; empty without control groups
 */
public record WatchedTask(long leader, String taskId, int attempt, Path directory, List<Path> groups) {
    /** Returns the task as one line, without a line end. */
    String toLine() {
        var words =
                new ArrayList<>(List.of(Long.toString(leader), taskId, Integer.toString(attempt), quote(directory)));
        groups.forEach(group -> words.add(quote(group)));
        return String.join(" ", words);
    }

    static WatchedTask parse(String line) {
        String[] words = line.split(" ");
        var groups = new ArrayList<Path>();
        for (int i = 4; i < words.length; i++) {
            groups.add(unquote(words[i]));
        }
        return new WatchedTask(
                Long.parseLong(words[0]), words[1], Integer.parseInt(words[2]), unquote(words[3]), List.copyOf(groups));
    }

    private static String quote(Path path) {
        return URLEncoder.encode(path.toString(), StandardCharsets.UTF_8);
    }

    private static Path unquote(String text) {
        return Path.of(URLDecoder.decode(text, StandardCharsets.UTF_8));
    }

    /**
     * Identifies the attempt in one word. The directory is unique, while the attempt number is not: a task that was given back may run
     * again under the same number.
     */
    String key() {
        return quote(directory);
    }

    /** Returns the same task without a process. */
    WatchedTask ended() {
        return new WatchedTask(0, taskId, attempt, directory, groups);
    }

    boolean isRunning() {
        return leader != 0;
    }

    ProcessTree tree() {
        return new ProcessTree(
                leader, ProcessTree.mark(taskId, attempt), groups.isEmpty() ? null : CgroupMembers.of(groups), 0);
    }
}
