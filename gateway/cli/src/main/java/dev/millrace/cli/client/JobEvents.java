package dev.millrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.codec.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The events of a job over a WebSocket, each once and in order, across lost connections: after each it reconnects with its
 * last cursor, until the job ends, the gateway has been away for too long, or it has not been ready for too long. A connection
 * that is quiet is asked for a sign of life, since a peer that vanished says nothing either; and since one that is alive may
 * lack what it needs to hear of events, it is asked whether it is ready as well, see {@link Patience}.
 */
public final class JobEvents {
    private static final long GIVE_UP_MS = 60_000;
    private static final long PAUSE_MS = 500;
    private static final long LASTED_MS = 5_000;
    private static final int MAX_QUEUED = 1_000;
    private static final long CONNECT_MS = 10_000;
    private static final long PING_EVERY_MS = 5_000;
    private static final long SILENCE_MS = 20_000;

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
            var queue = new LinkedBlockingQueue<Message>(MAX_QUEUED);
            String before = cursor;
            long openedAt = System.nanoTime();
            var listener = new Listener(queue);
            WebSocket socket = connect(listener);
            if (socket != null) {
                JsonNode last = drain(queue, socket, listener, heard, quiet);
                if (last != null) {
                    return last;
                }
            }
            // A connection that brought something, or was open for a while in a quiet time, was a good one.
            boolean lasted = socket != null && isPast(openedAt, LASTED_MS);
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

    private @Nullable WebSocket connect(Listener listener) {
        String query = "?run=" + run + (cursor.isEmpty() ? "" : "&cursor=" + cursor);
        String scheme = "https".equals(gateway.base().getScheme()) ? "wss" : "ws";
        URI address =
                URI.create(scheme + "://" + gateway.base().getAuthority() + "/v1/jobs/" + jobId + "/events" + query);
        try {
            return gateway.http()
                    .newWebSocketBuilder()
                    .connectTimeout(Duration.ofMillis(CONNECT_MS))
                    .buildAsync(address, listener)
                    .join();
        } catch (CompletionException e) {
            if (!submittedHere
                    && e.getCause() instanceof java.net.http.WebSocketHandshakeException refused
                    && refused.getResponse().statusCode() == 404) {
                throw new CliException(ExitCode.USAGE, "there is no job " + jobId);
            }
            return null;
        }
    }

    private @Nullable JsonNode drain(
            BlockingQueue<Message> queue,
            WebSocket socket,
            Listener listener,
            Consumer<JsonNode> onEvent,
            Runnable idle)
            throws InterruptedException {
        long pingedAt = System.nanoTime();
        while (true) {
            Message message = queue.poll(200, TimeUnit.MILLISECONDS);
            if (message == null) {
                idle.run();
                if (isPast(listener.lastHeardNanos, SILENCE_MS)) {
                    socket.abort();
                    return null;
                }
                if (isPast(pingedAt, PING_EVERY_MS)) {
                    pingedAt = System.nanoTime();
                    var unused = socket.sendPing(ByteBuffer.allocate(0));
                }
                continue;
            }
            if (message.text() == null) {
                return null;
            }
            socket.request(1);
            JsonNode event = parse(message.text());
            cursor = event.path("cursor").asText();
            String type = event.path("type").asText();
            int ofRun = event.path("data").path("run").asInt();
            begun |= type.equals("dev.millrace.job.reopened.v1") && ofRun >= run;
            if (!begun) {
                continue;
            }
            onEvent.accept(event);
            if (type.equals("dev.millrace.job.completed.v1") && ofRun >= run) {
                socket.abort();
                return event;
            }
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

    /** Puts whole messages into a queue; asks for the next only when one was taken out. */
    private static final class Listener implements WebSocket.Listener {
        private final BlockingQueue<Message> queue;
        private final StringBuilder partial = new StringBuilder();
        private volatile long lastHeardNanos = System.nanoTime();

        Listener(BlockingQueue<Message> queue) {
            this.queue = queue;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            lastHeardNanos = System.nanoTime();
            partial.append(data);
            if (last) {
                queue.add(new Message(partial.toString()));
                partial.setLength(0);
            } else {
                socket.request(1);
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            lastHeardNanos = System.nanoTime();
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
            queue.add(new Message(null));
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            queue.add(new Message(null));
        }
    }
}
