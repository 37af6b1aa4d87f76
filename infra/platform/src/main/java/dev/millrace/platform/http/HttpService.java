package dev.millrace.platform.http;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server that all services use. It gives every request an id and refuses requests that are not meant for this server according to
 * their {@code Host} and {@code Origin}. It answers every refused request with a problem, even input that is not a valid request. Heads,
 * bodies and idle connections have limits. A service adds its routes to {@link #router} before it calls {@link #listen}.
 */
public final class HttpService {
    private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);
    private static final int MAX_LINE = 8_192;
    private static final int MAX_HEADERS = 8_192;
    private static final long SWEEP_MS = 1_000;
    private static final long STOP_S = 2;

    private final Vertx vertx;
    private final HttpSettings settings;
    private final OwnNames names;
    private final RequestId ids = new RequestId();
    private final Router router;
    private final Bodies bodies;
    private final OpenConnections connections;
    private final boolean compressed;
    private long sweeper = -1;
    private @Nullable HttpServer server;

    /**
     * @param name the name of the service, which its threads and metrics have
     * @param compressed whether answers are compressed for clients that accept this
     */
    public HttpService(
            Vertx vertx, String name, HttpSettings settings, Health health, MeterRegistry metrics, boolean compressed) {
        this.vertx = vertx;
        this.settings = settings;
        this.names = new OwnNames(settings);
        this.bodies = new Bodies(vertx, name, settings.limits(), metrics);
        this.connections = new OpenConnections(settings.limits());
        this.compressed = compressed;
        this.router = Router.router(vertx);
        router.route().handler(new LargeAnswers(vertx, name, settings.limits(), metrics)::give);
        router.route().failureHandler(new ProblemHandler());
        for (int status = 400; status < 600; status++) {
            router.errorHandler(status, new ProblemHandler());
        }
        health.mount(router);
        Gauge.builder("http.connections", connections, OpenConnections::count)
                .description("open connections")
                .tag("service", name)
                .register(metrics);
    }

    public Router router() {
        return router;
    }

    public Bodies bodies() {
        return bodies;
    }

    public HttpLimits limits() {
        return settings.limits();
    }

    /** Opens the port and returns the server's address. If the port is set to 0, the address has the port that was chosen. */
    public Future<URI> listen() {
        var options = new HttpServerOptions()
                .setCompressionSupported(compressed)
                .setHandle100ContinueAutomatically(true)
                .setHttp2ClearTextEnabled(false)
                .setMaxInitialLineLength(MAX_LINE)
                .setMaxHeaderSize(MAX_HEADERS)
                .setSendBufferSize(settings.limits().sendBufferBytes())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(settings.limits().idleMs());
        sweeper = vertx.setPeriodic(SWEEP_MS, timer -> connections.sweep(System.nanoTime()));
        return vertx.createHttpServer(options)
                .connectionHandler(connection -> connections.opened(connection, System.nanoTime()))
                .invalidRequestHandler(this::refuseUnreadable)
                .requestHandler(this::handle)
                .listen(settings.port(), settings.host())
                .map(listening -> {
                    server = listening;
                    return URI.create("http://" + settings.host() + ":" + listening.actualPort());
                });
    }

    /**
     * Makes a request's connection a WebSocket.
     *
     * @param open receives the socket and returns what to run when the client or the server has closed it; must not set a close handler
     *     itself
     */
    public Future<Void> upgrade(HttpServerRequest request, Function<ServerWebSocket, Runnable> open) {
        HttpConnection connection = request.connection();
        return request.toWebSocket().map(socket -> {
            if (socket.isClosed()) {
                // A closed socket accepts no handlers.
                return null;
            }
            connections.upgraded(connection);
            socket.closeHandler(closed -> connections.closed(connection));
            Runnable end = open.apply(socket);
            socket.closeHandler(closed -> {
                connections.closed(connection);
                end.run();
            });
            return null;
        });
    }

    /** Waits at most two seconds until the requests in progress are answered, and closes the server. */
    public Future<Void> stop() {
        if (sweeper >= 0) {
            vertx.cancelTimer(sweeper);
        }
        HttpServer listening = server;
        return (listening == null ? Future.<Void>succeededFuture() : listening.shutdown(STOP_S, TimeUnit.SECONDS))
                .eventually(bodies::close);
    }

    private void handle(HttpServerRequest request) {
        ids.give(request);
        connections.requested(request);
        Optional<HttpProblemException> refusal = refusal(request);
        if (refusal.isPresent()) {
            Problems.send(vertx, request, refusal.get());
            return;
        }
        try {
            router.handle(request);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("requestId", RequestId.of(request))
                    .addKeyValue("path", request.path())
                    .setCause(e)
                    .log("request failed");
            Problems.send(
                    vertx,
                    request,
                    new HttpProblemException(
                            ProblemKind.INTERNAL, "the request failed; its id finds the cause in the log"));
        }
    }

    private Optional<HttpProblemException> refusal(HttpServerRequest request) {
        if (!RequestTarget.isWellFormed(request.uri())) {
            return Optional.of(new HttpProblemException(
                    ProblemKind.BAD_TARGET, "the target is no path with well-formed percent-encoding of UTF-8"));
        }
        return names.refusal(request.headers().getAll("Host"), request.headers().getAll("Origin"))
                .or(() -> badHandshake(request));
    }

    /**
     * Refuses invalid WebSocket handshakes with a problem that gives the reason. The upgrade itself would refuse them with another kind of
     * answer or without any explanation.
     */
    private static Optional<HttpProblemException> badHandshake(HttpServerRequest request) {
        if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
            return Optional.empty();
        }
        String connection = String.valueOf(request.getHeader("Connection")).toLowerCase(Locale.ROOT);
        String key = request.getHeader("Sec-WebSocket-Key");
        boolean complete = connection.contains("upgrade")
                && key != null
                && !key.isBlank()
                && request.method().name().equals("GET");
        if (!complete) {
            return Optional.of(new HttpProblemException(
                    ProblemKind.BAD_HANDSHAKE, "a WebSocket takes GET, Connection: Upgrade and a Sec-WebSocket-Key"));
        }
        return "13".equals(request.getHeader("Sec-WebSocket-Version"))
                ? Optional.empty()
                : Optional.of(new HttpProblemException(
                        ProblemKind.UNKNOWN_WEBSOCKET_VERSION, "only version 13 of WebSockets is known"));
    }

    /** Answers input that could not be parsed as a request and therefore reaches no route. The connection is closed after the answer. */
    private void refuseUnreadable(HttpServerRequest request) {
        ids.give(request);
        Throwable cause = request.decoderResult().cause();
        HttpProblemException problem;
        if (cause instanceof TooLongHttpLineException) {
            problem = new HttpProblemException(
                    ProblemKind.URI_TOO_LONG, "the request line has more than " + MAX_LINE + " characters");
        } else if (cause instanceof TooLongHttpHeaderException) {
            problem = new HttpProblemException(
                    ProblemKind.HEADER_TOO_LARGE, "the headers have more than " + MAX_HEADERS + " bytes");
        } else {
            problem = new HttpProblemException(
                    ProblemKind.BAD_REQUEST, "this is no HTTP request: its head cannot be read");
        }
        Problems.send(vertx, request, problem);
    }
}
