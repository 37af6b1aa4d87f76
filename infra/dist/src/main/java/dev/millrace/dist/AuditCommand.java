package dev.millrace.dist;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.cassandra.CqlMigrations;
import dev.millrace.scheduler.service.projector.ViewRebuild;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.topic.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks that the log keeps Millrace's promises, and that the views agree with the log. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = {
            "Reads what the dispatcher decided from the topics and checks it: one verdict a task and run, one end a job and run,",
            "nothing placed after its verdict or its job's cancellation. Has every blob that the log refers to read and hashed.",
            "Exits with 5 if anything is not as promised."
        })
final class AuditCommand implements Callable<Integer> {
    private static final Duration DDL_TIMEOUT = Duration.ofSeconds(60);
    private static final List<Topic> TOPICS = List.of(Topic.DECISIONS, Topic.COMPLETIONS);
    private static final int TRIES = 5;
    private static final long PAUSE_MS = 1_000;

    private final Screen screen;
    private final RunningServers servers;

    @Option(
            names = "--rebuild",
            description = {
                "Also recompute every view of finished jobs from the log, in a keyspace of its own that is dropped",
                "afterwards, and compare each table by its hash."
            })
    private boolean rebuild;

    @Option(names = "--no-blobs", description = "Leave out the blobs, which may be many bytes to read.")
    private boolean noBlobs;

    @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "Default: the embedded stack that runs here.")
    private @Nullable String kafka;

    @Option(names = "--cassandra", paramLabel = "HOST:PORT", description = "Default: the same.")
    private @Nullable String cassandra;

    @Option(names = "--artifact-service", paramLabel = "URL", description = "Default: the same.")
    private @Nullable URI artifactService;

    @Option(names = "--keyspace", paramLabel = "NAME", description = "Of the views (default: ${DEFAULT-VALUE}).")
    private String keyspace = "millrace";

    @Option(names = "--output", paramLabel = "FORMAT", description = "text or json (default: ${DEFAULT-VALUE}).")
    private String output = "text";

    /** The number of records read so far that cannot be read as events. */
    private long unreadable;

    AuditCommand(Screen screen, RunningServers servers) {
        this.screen = screen;
        this.servers = servers;
    }

    /** The existing views, and the views recomputed from the log. */
    private record Comparison(Map<String, ViewDigest.Table> views, Map<String, ViewDigest.Table> rebuilt) {
        List<String> differences() {
            return ViewDigest.differences(views, rebuilt);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            var audit = new LogAudit();
            Comparison comparison = rebuild ? rebuilt(audit) : null;
            if (comparison == null) {
                read(audit, null);
            }
            var findings = new ArrayList<>(audit.findings());
            long checked = noBlobs ? 0 : blobs(findings);
            if (unreadable > 0) {
                findings.add(
                        unreadable + " records cannot be read as events, so what they tell is not part of this audit");
            }
            boolean identical = comparison == null || comparison.differences().isEmpty();
            print(audit, findings, checked, comparison);
            return findings.isEmpty() && identical ? ExitCode.OK : ExitCode.INFRASTRUCTURE;
        } catch (KafkaException e) {
            throw new CliException(ExitCode.UNREACHABLE, "the topics cannot be read: " + e.getMessage());
        } catch (DriverException | CompletionException e) {
            throw new CliException(ExitCode.UNREACHABLE, "Cassandra does not answer: " + e.getMessage());
        } catch (UncheckedIOException e) {
            throw new CliException(ExitCode.UNREACHABLE, "a blob cannot be read: " + e.getMessage());
        }
    }

    private void read(LogAudit audit, @Nullable ViewRebuild views) {
        unreadable += new TopicReader(servers.kafka(kafka)).read(TOPICS, (event, atMs) -> {
            audit.add(event, atMs);
            if (views != null) {
                try {
                    views.add(event, atMs);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
    }

    /** Adds the problems with blobs to {@code findings}; returns how many blobs the log refers to. */
    private long blobs(List<String> findings) {
        try (var blobs = new BlobAudit(blobClient())) {
            unreadable += new TopicReader(servers.kafka(kafka))
                    .read(BlobAudit.TOPICS, (event, atMs) -> blobs.add(event.data()));
            findings.addAll(blobs.findings());
            long more = blobs.damaged() - blobs.findings().size();
            if (more > 0) {
                findings.add("and " + more + " blobs more");
            }
            return blobs.checked();
        }
    }

    private BlobClient blobClient() {
        return new BlobClient(artifactService != null ? artifactService : servers.artifactService());
    }

    private Comparison rebuilt(LogAudit audit) throws InterruptedException {
        CassandraSettings present = servers.cassandra(cassandra).withKeyspace(keyspace);
        CassandraSettings scratch = present.withKeyspace(keyspace + "_audit_" + Long.toString(System.nanoTime(), 36));
        var blobs = blobClient();
        try (CqlSession session = present.open("millrace-audit")) {
            try {
                new CqlMigrations(scratch).apply(session);
                var views = new ViewRebuild(session, scratch, blobs);
                read(audit, views);
                views.finish();
                audit.findings();
                return compare(session, scratch.keyspace(), Set.copyOf(audit.finished()));
            } finally {
                session.execute(SimpleStatement.newInstance("DROP KEYSPACE IF EXISTS " + scratch.keyspace())
                        .setTimeout(DDL_TIMEOUT));
            }
        }
    }

    /**
     * Compares the views with the recomputed ones. The projector may be slightly behind the log, so if there are differences it compares
     * again a few times.
     */
    private Comparison compare(CqlSession session, String rebuiltIn, Set<String> jobs) throws InterruptedException {
        Map<String, ViewDigest.Table> rebuilt = ViewDigest.of(session, rebuiltIn, jobs::contains);
        Comparison comparison = new Comparison(ViewDigest.of(session, keyspace, jobs::contains), rebuilt);
        for (int i = 1; i < TRIES && !comparison.differences().isEmpty(); i++) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            comparison = new Comparison(ViewDigest.of(session, keyspace, jobs::contains), rebuilt);
        }
        return comparison;
    }

    private void print(LogAudit audit, List<String> findings, long checked, @Nullable Comparison comparison) {
        if (output.equals("json")) {
            screen.result(json(audit, findings, checked, comparison).toPrettyString());
            return;
        }
        screen.result("horizon   "
                + (audit.events() == 0
                        ? "the log is empty"
                        : Instant.ofEpochMilli(audit.firstMs()) + " to " + Instant.ofEpochMilli(audit.lastMs()) + ", "
                                + audit.events() + " events"));
        screen.result("jobs      " + audit.finished().size() + " finished");
        screen.result("blobs     " + (noBlobs ? "not checked" : checked + " read and hashed"));
        screen.result(
                "promises  " + (findings.isEmpty() ? screen.good("kept") : screen.bad(findings.size() + " broken")));
        findings.forEach(finding -> screen.result("          " + Screen.safe(finding)));
        if (comparison != null) {
            List<String> differ = comparison.differences();
            screen.result("views     "
                    + (differ.isEmpty()
                            ? screen.good("identical to those recomputed from the log")
                            : screen.bad("differ from those recomputed from the log")));
            comparison.views().forEach((table, is) -> {
                ViewDigest.Table should = comparison.rebuilt().get(table);
                screen.result(String.format(
                        "          %-17s %8d rows  %s%s",
                        table,
                        is.rows(),
                        abbreviated(is.hash()),
                        is.equals(should) || should == null
                                ? ""
                                : "  the log says " + should.rows() + " rows  " + abbreviated(should.hash())));
            });
        }
    }

    private static String abbreviated(String hash) {
        return hash.substring(0, Math.min(16, hash.length()));
    }

    private static ObjectNode json(
            LogAudit audit, List<String> findings, long checked, @Nullable Comparison comparison) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("events", audit.events());
        json.put("fromMs", audit.firstMs());
        json.put("toMs", audit.lastMs());
        json.put("finishedJobs", audit.finished().size());
        json.put("blobs", checked);
        json.set("broken", Json.MAPPER.valueToTree(findings));
        if (comparison != null) {
            json.set("views", Json.MAPPER.valueToTree(comparison.views()));
            json.set("rebuilt", Json.MAPPER.valueToTree(comparison.rebuilt()));
            json.set("different", Json.MAPPER.valueToTree(comparison.differences()));
        }
        return json;
    }
}
