package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.schemas.blob.Tree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes what a job left into a directory: junit.xml, logs, artifacts. */
public final class JobResults {
    private static final int MOST_LEFT_OUT = 20;

    private final GatewayClient gateway;
    private final String jobId;
    private final Path directory;

    private final List<String> leftOut = new ArrayList<>();

    /** Which tasks and what of them. */
    public record Wanted(boolean failedOnly, boolean logs, boolean artifacts) {}

    public JobResults(GatewayClient gateway, String jobId, Path directory) {
        this.gateway = gateway;
        this.jobId = jobId;
        this.directory = directory;
    }

    /** The merged JUnit XML; the job must have ended. */
    public Path junit() throws IOException {
        return save("/v1/jobs/" + jobId + "/junit.xml", directory.resolve("junit.xml"));
    }

    /** Returns how many files were written. */
    public int fetch(Wanted wanted, Wanted passedWanted) throws IOException {
        int files = 0;
        for (JsonNode task : gateway.tasks(jobId, Map.of())) {
            boolean passed = task.path("verdict").asText().equals("passed");
            if (wanted.failedOnly() && passed) {
                continue;
            }
            Wanted of = passed ? passedWanted : wanted;
            Path target = directory.resolve(safeName(task.path("name").asText()));
            if (of.logs()) {
                files += logs(task, target);
            }
            if (of.artifacts()) {
                files += artifacts(task, target);
            }
        }
        return files;
    }

    private int logs(JsonNode task, Path target) throws IOException {
        int files = 0;
        for (String stream : new String[] {"stdout", "stderr"}) {
            if (task.path("result").path(stream).path("bytes").asLong() > 0) {
                save(
                        "/v1/tasks/" + task.path("id").asText() + "/log?stream=" + stream,
                        target.resolve(stream + ".log"));
                files++;
            }
        }
        return files;
    }

    private int artifacts(JsonNode task, Path target) throws IOException {
        if (task.path("result").path("artifacts").isMissingNode()) {
            return 0;
        }
        JsonNode kept = gateway.get("/v1/tasks/" + task.path("id").asText() + "/artifacts");
        kept.path("leftOut").forEach(it -> leftOut.add(task.path("name").asText() + ": " + it.asText()));
        int files = 0;
        for (JsonNode artifact : kept.path("artifacts")) {
            String path = artifact.path("path").asText();
            if (Tree.pathProblem(path).isPresent()) {
                throw new CliException(
                        ExitCode.INFRASTRUCTURE,
                        "the gateway names an artifact whose path "
                                + Tree.pathProblem(path).get());
            }
            String href = java.util.Arrays.stream(path.split("/"))
                    .map(GatewayClient::encode)
                    .reduce((a, b) -> a + "/" + b)
                    .orElse("");
            save(
                    "/v1/tasks/" + task.path("id").asText() + "/artifacts/" + href,
                    target.resolve("artifacts").resolve(path));
            files++;
        }
        return files;
    }

    /** What tasks left that was not kept, and why; of those fetched so far. */
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    /** Prints {@link #leftOut} as far as a person reads it. */
    public void warn(Screen screen) {
        leftOut.stream()
                .limit(MOST_LEFT_OUT)
                .forEach(it -> screen.note(screen.bad("warning: ") + "no artifact of " + Screen.safe(it)));
        if (leftOut.size() > MOST_LEFT_OUT) {
            screen.note("  … and " + (leftOut.size() - MOST_LEFT_OUT) + " more");
        }
    }

    /** Task names may hold slashes and colons; directories may not. */
    public static String safeName(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]", "_");
    }

    private Path save(String from, Path to) throws IOException {
        Path parent = to.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException("no directory for " + to);
        }
        Files.createDirectories(parent);
        Path partial = Files.createTempFile(parent, ".fetch", ".part");
        try {
            try (OutputStream out = Files.newOutputStream(partial)) {
                gateway.download(from, out);
            }
            Files.move(partial, to, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
        return to;
    }
}
