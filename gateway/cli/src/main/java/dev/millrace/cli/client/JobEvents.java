package dev.millrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the events of a job, each once and in order, across lost connections: after each lost connection it reconnects with its last
 * cursor. It stops when the job ends, or when the gateway has been unreachable or not ready for too long. A gateway sends a comment every
 * few seconds, so a connection that is silent for longer is considered lost. A gateway that is alive may be unable to receive events
 * itself, so it is asked regularly whether it is ready, see {@link Patience}.
 *
 * <p>It uses server-sent events instead of a WebSocket since the JDK's WebSocket client loses or swaps bytes when a server sends much at
 * once: with JDK 17 and 25, up to 3 % of 2,000 streams of a finished job broke for this reason.
 */
public final class JobEvents {
    private static final Logger LOG = LoggerFactory.getLogger(JobEvents.class);
    private static final long GIVE_UP_MS = 60_000;
    private static final long PAUSE_MS = 500;
    private static final long LASTED_MS = 5_000;
    private static final int MAX_QUEUED = 1_000;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Three times the longest time that a healthy gateway sends nothing. */
    private static final long SILENCE_MS = 30_000;

    private final GatewayClient gateway;
    private final String jobId;
    private final boolean submittedHere;
    private final int run;
    private String cursor = "";
    private boolean begun;

    /**
     * @param submittedHere whether the gateway has just acknowledged the job: then a gateway that answers that there is no such job, for
     *     example after a restart, will know the job soon, and the client tries again
     * @param run the number of the run to follow, events before its start are skipped; 0 for the last run that the gateway knows
     */
    public JobEvents(GatewayClient gateway, String jobId, boolean submittedHere, int run) {
        this.gateway = gateway;
        this.jobId = jobId;
        this.submittedHere = submittedHere;
        this.run = run;
        this.begun = run == 0;
    }

    /** The data of an event; null means that the connection has ended. */
    private record Message(@Nullable String text) {}

    /**
     * Passes every event to {@code onEvent} until the job ends, and returns the last event.
     *
     * @param onTrouble receives the reason why the connected gateway is not ready, once for each period in which it is not ready
     * @param idle runs a few times a second while no event arrives; an exception that it throws ends this method
     */
    public JsonNode follow(Consumer<JsonNode> onEvent, Consumer<String> onTrouble, Runnable idle)
            throws InterruptedException {
        long awaySince = System.nanoTime();
        var patience = new Patience(awaySince);
        Runnable quiet = () -> {
            idle.run();
            if (patience.asks(System.nanoTime())) {
                ask(patience, onTrouble);
            }
        };
        Consumer<JsonNode> heard = event -> {
            patience.heard(System.nanoTime());
            onEvent.accept(event);
        };
        while (true) {
            String before = cursor;
            long openedAt = System.nanoTime();
            Optional<ServerSentEvents> connected = connect();
            if (connected.isPresent()) {
                JsonNode last = drain(connected.get(), heard, quiet);
                if (last != null) {
                    return last;
                }
            }
            // A connection counts as good if it delivered an event, or if it stayed open for a while without one.
            boolean lasted = connected.isPresent() && isPast(openedAt, LASTED_MS);
            if (lasted || !cursor.equals(before)) {
                awaySince = System.nanoTime();
            } else if (isPast(awaySince, GIVE_UP_MS)) {
                throw GatewayClient.unreachable(gateway.base());
            }
            idle.run();
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
    }

    private void ask(Patience patience, Consumer<String> onTrouble) {
        Optional<String> trouble = gateway.trouble();
        switch (patience.answered(System.nanoTime(), trouble.orElse(null))) {
            case WAIT -> {}
            case TELL -> onTrouble.accept("waiting: the gateway is not ready (" + trouble.orElse("") + ")");
            case GIVE_UP ->
                throw new CliException(
                        ExitCode.INFRASTRUCTURE,
                        "the gateway at " + gateway.base() + " has not been ready for "
                                + Patience.GIVE_UP.toMinutes() + " minutes (" + trouble.orElse("")
                                + "); the job goes on once it is, see 'millrace watch " + jobId + "'");
        }
    }

    private Optional<ServerSentEvents> connect() throws InterruptedException {
        String query = "?run=" + run + (cursor.isEmpty() ? "" : "&cursor=" + cursor);
        var request = HttpRequest.newBuilder(gateway.base().resolve("/v1/jobs/" + jobId + "/events" + query))
                .header("Accept", "text/event-stream")
                .timeout(CONNECT)
                .build();
        try {
            HttpResponse<InputStream> answer = gateway.streams().send(request, BodyHandlers.ofInputStream());
            if (answer.statusCode() == 200) {
                return Optional.of(new ServerSentEvents(answer.body()));
            }
            answer.body().close();
            if (!submittedHere && answer.statusCode() == 404) {
                throw new CliException(ExitCode.USAGE, "there is no job " + jobId);
            }
        } catch (IOException e) {
            LOG.atDebug()
                    .addKeyValue("jobId", jobId)
                    .addKeyValue("cause", e)
                    .log("cannot connect to the events of a job");
        }
        return Optional.empty();
    }

    /** Starts a thread that reads the events into the queue; the thread waits while the queue holds {@link #MAX_QUEUED} events. */
    private static Thread read(ServerSentEvents events, BlockingQueue<Message> queue) {
        var reader = new Thread(
                () -> {
                    try {
                        Optional<ServerSentEvents.Event> event = events.next();
                        while (event.isPresent() && !event.get().name().equals("end")) {
                            queue.put(new Message(event.get().data()));
                            event = events.next();
                        }
                    } catch (IOException e) {
                        LOG.atDebug().addKeyValue("cause", e).log("the events of a job are interrupted");
                    } catch (InterruptedException e) {
                        return;
                    }
                    try {
                        queue.put(new Message(null));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "job-events");
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    private @Nullable JsonNode drain(ServerSentEvents events, Consumer<JsonNode> onEvent, Runnable idle)
            throws InterruptedException {
        var queue = new LinkedBlockingQueue<Message>(MAX_QUEUED);
        Thread reader = read(events, queue);
        try (events) {
            while (true) {
                Message message = queue.poll(200, TimeUnit.MILLISECONDS);
                if (message == null) {
                    idle.run();
                    if (isPast(events.lastHeardNanos(), SILENCE_MS)) {
                        return null;
                    }
                    continue;
                }
                if (message.text() == null) {
                    return null;
                }
                JsonNode event = parse(message.text());
                cursor = event.path("cursor").asText();
                String type = event.path("type").asText();
                int ofRun = event.path("data").path("run").asInt();
                begun |= type.equals("dev.millrace.job.retry-started.v1") && ofRun >= run;
                if (!begun) {
                    continue;
                }
                onEvent.accept(event);
                if (type.equals("dev.millrace.job.completed.v1") && ofRun >= run) {
                    return event;
                }
            }
        } finally {
            reader.interrupt();
        }
    }

    private static boolean isPast(long sinceNanos, long ms) {
        return System.nanoTime() - sinceNanos > TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private static JsonNode parse(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "the gateway sent an event that is not JSON");
        }
    }
}
