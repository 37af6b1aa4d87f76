package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes a job's results into a directory: junit.xml, logs, artifacts. */
public final class JobResults {
    private static final int MOST_LEFT_OUT = 20;
    private static final String JUNIT = "junit.xml";

    private final GatewayClient gateway;
    private final String jobId;
    private final Path directory;

    private final List<String> leftOut = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private int files;

    /**
     * The results to fetch, and the tasks to fetch them from.
     *
     * @param cases whether results of test cases that were not kept count as missing
     */
    public record Wanted(boolean failedOnly, boolean logs, boolean artifacts, boolean cases) {}

    public JobResults(GatewayClient gateway, String jobId, Path directory) {
        this.gateway = gateway;
        this.jobId = jobId;
        this.directory = directory;
    }

    /** Fetches the merged JUnit XML and returns its file; empty if it cannot be fetched. The job must have ended. */
    public Optional<Path> junit() {
        Path target = directory.resolve(JUNIT);
        return save("/v1/jobs/" + jobId + "/junit.xml", target, null, "junit.xml")
                ? Optional.of(target)
                : Optional.empty();
    }

    /**
     * Fetches what is wanted, as far as possible; {@link #missing} names the rest.
     *
     * @throws CliException when the gateway cannot be reached any more
     */
    public void fetch(Wanted wanted, Wanted passedWanted) {
        JsonNode job = gateway.job(jobId);
        List<JsonNode> tasks = gateway.tasks(jobId, Map.of());
        int total = job.path("counts").path("total").asInt()
                + 2 * job.path("scopes").asInt();
        if (job.hasNonNull("finishedAtMs") && tasks.size() < total) {
            missing.add((total - tasks.size()) + " of " + total + " tasks: the views do not show them");
        }
        var names = new FileNames(
                tasks.stream().map(task -> task.path("name").asText()).toList(), Set.of(JUNIT));
        for (JsonNode task : tasks) {
            boolean passed = task.path("verdict").asText().equals("passed");
            if (wanted.failedOnly() && passed) {
                continue;
            }
            Wanted of = passed ? passedWanted : wanted;
            if (of.cases()) {
                LeftOutCases.of(task)
                        .ifPresent(what ->
                                missing.add("test cases of " + task.path("name").asText() + ": " + what));
            }
            Path target = directory.resolve(names.of(task.path("name").asText()));
            if (of.logs()) {
                logs(task, target);
            }
            if (of.artifacts()) {
                artifacts(task, target);
            }
        }
    }

    private void logs(JsonNode task, Path target) {
        for (String stream : new String[] {"stdout", "stderr"}) {
            JsonNode log = task.path("result").path(stream);
            if (log.path("bytes").asLong() > 0) {
                save(
                        "/v1/tasks/" + task.path("id").asText() + "/log?stream=" + stream,
                        target.resolve(stream + ".log"),
                        digest(log),
                        stream + " of " + task.path("name").asText());
            }
        }
    }

    private static @Nullable Digest digest(JsonNode of) {
        String text = of.path("digest").asText("");
        return Digest.isDigest(text) ? new Digest(text) : null;
    }

    private void artifacts(JsonNode task, Path target) {
        if (task.path("result").path("artifacts").isMissingNode()) {
            return;
        }
        String name = task.path("name").asText();
        var kept = new ArrayList<JsonNode>();
        try {
            gateway.pages("/v1/tasks/" + task.path("id").asText() + "/artifacts", page -> {
                page.path("leftOut").forEach(it -> leftOut.add(name + ": " + it.asText()));
                page.path("artifacts").forEach(kept::add);
            });
        } catch (CliException e) {
            lacks("the artifacts of " + name, e);
        }
        for (JsonNode artifact : kept) {
            String path = artifact.path("path").asText();
            if (Tree.pathProblem(path).isPresent()) {
                missing.add("an artifact of " + name + ", whose path "
                        + Tree.pathProblem(path).get());
                continue;
            }
            String href = java.util.Arrays.stream(path.split("/"))
                    .map(GatewayClient::encode)
                    .reduce((a, b) -> a + "/" + b)
                    .orElse("");
            save(
                    "/v1/tasks/" + task.path("id").asText() + "/artifacts/" + href,
                    target.resolve("artifacts").resolve(path),
                    digest(artifact),
                    path + " of " + name);
        }
    }

    /** Returns the number of files written so far. */
    public int files() {
        return files;
    }

    /** Lists the results that are missing or incomplete, each with the reason. */
    public List<String> missing() {
        return List.copyOf(missing);
    }

    private void lacks(String what, Exception why) {
        if (why instanceof CliException it
                && (it.exitCode() == ExitCode.UNREACHABLE || it.exitCode() == ExitCode.INTERRUPTED)) {
            throw it;
        }
        missing.add(what + ": " + why.getMessage());
    }

    /** Lists the artifacts that executors did not keep, each with the reason, for the tasks fetched so far. */
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    /** Prints {@link #leftOut} and {@link #missing}, but of each only the first lines and the number of the others. */
    public void warn(Screen screen) {
        warn(screen, "no artifact of ", leftOut);
        warn(screen, "missing: ", missing);
    }

    private static void warn(Screen screen, String what, List<String> lines) {
        lines.stream()
                .limit(MOST_LEFT_OUT)
                .forEach(it -> screen.note(screen.bad("warning: ") + what + Screen.safe(it)));
        if (lines.size() > MOST_LEFT_OUT) {
            screen.note("  … and " + (lines.size() - MOST_LEFT_OUT) + " more");
        }
    }

    /** Downloads a file and returns whether that succeeded; a failed download does not create or change {@code to}. */
    private boolean save(String from, Path to, @Nullable Digest digest, String what) {
        try {
            Path parent = to.toAbsolutePath().getParent();
            if (parent == null) {
                throw new IOException("no directory for " + to);
            }
            Files.createDirectories(parent);
            Path partial = Files.createTempFile(parent, ".fetch", ".part");
            try {
                try (OutputStream out = Files.newOutputStream(partial)) {
                    if (digest == null) {
                        gateway.download(from, out);
                    } else {
                        gateway.download(from, out, digest);
                    }
                }
                Files.move(partial, to, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(partial);
            }
            files++;
            return true;
        } catch (IOException | CliException e) {
            lacks(what, e);
            return false;
        }
    }
}
