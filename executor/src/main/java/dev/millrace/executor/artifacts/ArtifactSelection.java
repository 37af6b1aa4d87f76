package dev.millrace.executor.artifacts;

import dev.millrace.schemas.blob.Tree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files of a task to store, up to a limit, keyed by the path to store them under. Also has notes about files that were left out. */
final class ArtifactSelection {
    private static final int MAX_NOTES = 20;
    private static final int MAX_NOTE_CHARS = 300;

    private final Map<String, Path> files = new TreeMap<>();
    private final List<String> leftOut = new ArrayList<>();
    private final ArtifactLimits limits;
    private long bytes;
    private long nameBytes;
    private boolean full;

    ArtifactSelection(ArtifactLimits limits) {
        this.limits = limits;
    }

    /** Selects a file, or notes why it is left out. */
    void select(String name, Path file, BasicFileAttributes attributes) {
        if (!attributes.isRegularFile()) {
            leaveOut("'" + name + "' is not a regular file");
        } else if (Tree.pathProblem(name).isPresent()) {
            leaveOut("a file whose name " + Tree.pathProblem(name).get());
        } else if (files.size() >= limits.files()) {
            leaveOut("'" + name + "': there are more than " + limits.files()
                    + " files; files after it were not checked");
            full = true;
        } else if (bytes + attributes.size() > limits.bytes()) {
            leaveOut("'" + name + "' (" + attributes.size() + " bytes): more than " + limits.bytes() + " bytes in all");
        } else if (nameBytes + utf8(name) > limits.nameBytes()) {
            leaveOut("'" + name + "': the names of all files have more than " + limits.nameBytes()
                    + " bytes (executor.maxArtifactNameBytes); files after it were not checked");
            full = true;
        } else if (files.putIfAbsent(name, file) == null) {
            bytes += attributes.size();
            nameBytes += utf8(name);
        }
    }

    private static int utf8(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length;
    }

    void leaveOut(String note) {
        if (leftOut.size() < MAX_NOTES) {
            String clean = note.replaceAll("\\p{Cntrl}", "?");
            leftOut.add(clean.length() <= MAX_NOTE_CHARS ? clean : clean.substring(0, MAX_NOTE_CHARS) + "…");
        } else if (leftOut.size() == MAX_NOTES) {
            leftOut.set(MAX_NOTES - 1, "… and more");
        }
    }

    /** Whether a limit on files or their names was reached, so that no further file can be selected. */
    boolean isFull() {
        return full;
    }

    boolean isEmpty() {
        return files.isEmpty() && leftOut.isEmpty();
    }

    Map<String, Path> files() {
        return files;
    }

    List<String> leftOut() {
        return List.copyOf(leftOut);
    }
}
