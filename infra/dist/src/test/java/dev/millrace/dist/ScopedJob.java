package dev.millrace.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Jobs whose scopes share one thing, a file with a state that is "down" or the name of a scope. A set-up finds it down and puts its scope
 * there, each test finds its scope there, and a tear-down leaves it down. Each of them adds a line to a journal. The tasks must run without
 * a sandbox, to reach the files.
 */
final class ScopedJob {
    private final Path directory;
    private final StringBuilder yaml = new StringBuilder();

    ScopedJob(Path directory, String pool) throws IOException {
        this.directory = directory;
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        put("state", "down");
        put("journal", "");
        put(
                "setup.sh",
                """
                echo "setup $MILLRACE_SCOPE" >> journal
                test "$(cat state)" = down || { echo "the state is $(cat state)" >&2; exit 9; }
                echo "$MILLRACE_SCOPE" > state
                echo "SCOPE_WORD=word of $MILLRACE_SCOPE" > "$MILLRACE_SCOPE_CONTEXT/env"
                echo "file of $MILLRACE_SCOPE" > "$MILLRACE_SCOPE_CONTEXT/file"
                """);
        put(
                "test.sh",
                """
                test "$(cat state)" = "$MILLRACE_SCOPE" || { echo "the state is $(cat state)" >&2; exit 9; }
                test "$SCOPE_WORD" = "word of $MILLRACE_SCOPE" || exit 8
                test "$(cat "$MILLRACE_SCOPE_CONTEXT/file")" = "file of $MILLRACE_SCOPE" || exit 7
                echo "test $MILLRACE_SCOPE" >> journal
                """);
        put(
                "teardown.sh",
                """
                echo "teardown $MILLRACE_SCOPE" >> journal
                echo down > state
                """);
        yaml.append("apiVersion: millrace.dev/v1\nname: scoped\npool: ")
                .append(pool)
                .append("\ndefaults: {retries: 0, timeout: 1m}\nscopes:\n");
    }

    /** Writes a file that the tasks can read and change. */
    Path put(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    private String script(String name) {
        return "[sh, -c, 'cd " + directory + " && . ./" + name + "']";
    }

    /** @param rules further fields of the scope, each followed by a comma */
    ScopedJob scope(String id, String rules) {
        yaml.append("  - {id: ").append(id).append(", ").append(rules);
        yaml.append(" setup: {command: ").append(script("setup.sh")).append(", attempts: 2},");
        yaml.append(" teardown: {command: ").append(script("teardown.sh")).append(", attempts: 2}}\n");
        return this;
    }

    /** Ends the list of scopes; then come tests. */
    ScopedJob tests() {
        yaml.append("tasks:\n");
        return this;
    }

    /** Adds tests of a scope. They do what the script says, which is test.sh if nothing else was put there. */
    ScopedJob tests(String scope, int number) {
        for (int i = 0; i < number; i++) {
            yaml.append("  - {id: ")
                    .append(scope)
                    .append("-t")
                    .append(i)
                    .append(", scope: ")
                    .append(scope);
            yaml.append(", command: ").append(script("test.sh")).append("}\n");
        }
        return this;
    }

    ScopedJob line(String line) {
        yaml.append(line).append('\n');
        return this;
    }

    String yaml() {
        return yaml.toString();
    }

    List<String> journal() throws IOException {
        return Files.readAllLines(directory.resolve("journal"));
    }

    String state() throws IOException {
        return Files.readString(directory.resolve("state")).strip();
    }
}
