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
 * The events of a job, each once and in order, across lost connections: after each it reconnects with its last cursor, until the job
 * ends, the gateway has been away for too long, or it has not been ready for too long. A gateway sends a comment every few seconds, so
 * one that is silent for longer has vanished. One that is alive may lack what it needs to hear of events, so it is asked now and then
 * whether it is ready, see {@link Patience}.
 *
 * <p>These are server-sent events and not a WebSocket, since the JDK's client of WebSockets loses or swaps bytes of what a server sends at
 * once: up to 3 % of 2,000 streams of a finished job ended by that, with JDK 17 and 25.
 */
public final class JobEvents {
    private static final Logger LOG = LoggerFactory.getLogger(JobEvents.class);
    private static final long GIVE_UP_MS = 60_000;
    private static final long PAUSE_MS = 500;
    private static final long LASTED_MS = 5_000;
    private static final int MAX_QUEUED = 1_000;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Three times what the gateway lets pass between two signs of life. */
    private static final long SILENCE_MS = 30_000;

    private final GatewayClient gateway;
    private final String jobId;
    private final boolean submittedHere;
    private final int run;
    private String cursor = "";
    private boolean begun;

    /**
     * @param submittedHere whether the gateway acknowledged the job just now: then one that does not know it, a restarted
     *     one say, does not know it yet
     * @param run the run to follow, whatever came before it; 0 for the last one the gateway knows of
     */
    public JobEvents(GatewayClient gateway, String jobId, boolean submittedHere, int run) {
        this.gateway = gateway;
        this.jobId = jobId;
        this.submittedHere = submittedHere;
        this.run = run;
        this.begun = run == 0;
    }

    /** A frame, or the end of the connection when there is none. */
    private record Message(@Nullable String text) {}

    /**
     * Passes every event on until the job's end and returns that last event.
     *
     * @param onTrouble is given, once each time, the reason why a gateway that is there is not ready
     * @param idle runs a few times a second while nothing happens; what it throws ends the following
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
            // A connection that brought something, or was open for a while in a quiet time, was a good one.
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

    /** Reads on a thread of its own, which waits while more than {@link #MAX_QUEUED} events are not taken. */
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
