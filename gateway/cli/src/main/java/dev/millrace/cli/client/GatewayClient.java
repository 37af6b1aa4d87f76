package dev.millrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.platform.blob.VerifiedStream;
import dev.millrace.platform.http.ClientDeadlines;
import dev.millrace.platform.http.DeadlineStream;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Blocking client of the gateway. Refusals become {@link CliException}s with the documented exit code. */
public final class GatewayClient {
    private static final String OWNER = "Millrace-Owner";
    private static final int PAGE = 1_000;
    private static final int SUBMIT_ATTEMPTS = 3;
    private static final long SUBMIT_PAUSE_MS = 500;

    private static final Duration LIVE_LIMIT = Duration.ofSeconds(10);
    private static final int MAX_PROBLEM_BYTES = 64 * 1024;
    private static final ClientDeadlines DEADLINES = ClientDeadlines.DEFAULT;

    private final URI base;
    private final Consumer<String> notes;
    private @Nullable HttpClient http;

    public GatewayClient(URI base) {
        this(base, note -> {});
    }

    /** @param notes receives messages for the user while a request is delayed */
    public GatewayClient(URI base, Consumer<String> notes) {
        this.base = base;
        this.notes = notes;
    }

    public URI base() {
        return base;
    }

    /** Returns the client for streams, which the first call creates; plain requests do not need it, see {@link PlainHttp}. */
    synchronized HttpClient streams() {
        HttpClient made = http;
        if (made == null) {
            made = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(DEADLINES.connect())
                    .build();
            http = made;
        }
        return made;
    }

    /** Whether a gateway answers at this address and is ready. */
    public boolean isReady() {
        return Readiness.of(base).isReady();
    }

    /** Returns why the gateway is not ready or does not answer; empty if it is ready, or if its answer says nothing about readiness. */
    public Optional<String> trouble() {
        return Readiness.of(base).trouble();
    }

    /** Whether a server answers at this address, ready or not. */
    public boolean isThere() {
        return answers(base);
    }

    private static boolean answers(URI address) {
        try {
            PlainHttp.send(new PlainHttp.Request("GET", address.resolve("/health/live")).timeout(LIVE_LIMIT));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    public URI artifactService() {
        return URI.create(get("/v1/uploads").path("artifactService").asText());
    }

    /**
     * Submits a job under the idempotency key {@code key}. The key makes it safe to repeat the request, so the request is sent up to three
     * times if the gateway is unavailable or the connection breaks before the answer.
     */
    public String submit(byte[] spec, String key, Optional<String> owner) {
        CliException last = new CliException(ExitCode.INFRASTRUCTURE, "not submitted");
        for (int attempt = 0; attempt < SUBMIT_ATTEMPTS; attempt++) {
            try {
                var request = request("POST", "/v1/jobs", owner)
                        .header("Idempotency-Key", key)
                        .json(spec);
                return json(exchange(request)).path("id").asText();
            } catch (CliException e) {
                last = e;
                if (e.exitCode() != ExitCode.INFRASTRUCTURE && e.exitCode() != ExitCode.UNREACHABLE) {
                    throw e;
                }
            }
            if (attempt < SUBMIT_ATTEMPTS - 1) {
                pause(SUBMIT_PAUSE_MS << attempt);
            }
        }
        throw last;
    }

    /**
     * Returns the plan that the gateway would make from {@code spec} for {@code owner}, or for its default owner if {@code owner} is empty.
     */
    public JsonNode plan(byte[] spec, Optional<String> owner) {
        return json(exchange(request("POST", "/v1/plans", owner).json(spec)));
    }

    private PlainHttp.Request request(String method, String path, Optional<String> owner) {
        var request = new PlainHttp.Request(method, base.resolve(path));
        owner.ifPresent(name -> request.header(OWNER, name));
        return request;
    }

    private static void pause(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.INTERRUPTED, "interrupted");
        }
    }

    /** Cancels a job. If the job has already ended, the answer has its final state as {@code ended}. */
    public JsonNode cancel(String jobId, Optional<String> by) {
        return json(post("/v1/jobs/" + encode(jobId) + "/cancel", by));
    }

    private byte[] post(String path, Optional<String> by) {
        return exchange(request("POST", path, by));
    }

    /** Retries a job; the answer has the number of the new run and the number of tasks that run again. */
    public JsonNode retry(String jobId, boolean failedOnly, Optional<String> by) {
        return json(post("/v1/jobs/" + encode(jobId) + "/retry?failed=" + failedOnly, by));
    }

    /** @param by the owner in whose name the change is made; empty for the gateway's default owner */
    public JsonNode put(String path, JsonNode body, Optional<String> by) {
        return json(exchange(request("PUT", path, by).json(body.toString().getBytes(StandardCharsets.UTF_8))));
    }

    /** @param by the owner in whose name the request is made; empty for the gateway's default owner */
    public JsonNode post(String path, JsonNode body, Optional<String> by) {
        return json(exchange(request("POST", path, by).json(body.toString().getBytes(StandardCharsets.UTF_8))));
    }

    public JsonNode job(String jobId) {
        return get("/v1/jobs/" + encode(jobId));
    }

    public JsonNode task(String taskId) {
        return get("/v1/tasks/" + encode(taskId));
    }

    public JsonNode get(String path) {
        return json(exchange(request("GET", path, Optional.empty())));
    }

    /** Returns the tasks of a job that match {@code filter}, all tasks if it is empty; gets them page by page. */
    public List<JsonNode> tasks(String jobId, Map<String, String> filter) {
        var tasks = new ArrayList<JsonNode>();
        var query = new StringBuilder("?limit=" + PAGE);
        filter.forEach(
                (name, value) -> query.append('&').append(name).append('=').append(encode(value)));
        pages("/v1/jobs/" + encode(jobId) + "/tasks" + query, page -> page.path("tasks")
                .forEach(tasks::add));
        return tasks;
    }

    /** Gets a list page by page, until a page has no {@code nextCursor}. */
    public void pages(String path, Consumer<JsonNode> onPage) {
        String separator = path.indexOf('?') < 0 ? "?" : "&";
        String cursor = "";
        do {
            JsonNode page = get(path + (cursor.isEmpty() ? "" : separator + "cursor=" + encode(cursor)));
            onPage.accept(page);
            cursor = page.path("nextCursor").asText("");
        } while (!cursor.isEmpty());
    }

    /**
     * Copies the body of a GET to {@code to} as it arrives, under deadlines. If the answer states the body's digest, the body must have
     * this digest.
     */
    public void download(String path, OutputStream to) throws IOException {
        download(path, to, null, true);
    }

    /**
     * Works like {@link #download(String, OutputStream)}, but for a body whose digest is known.
     *
     * @param digest the digest that the body must have, whatever the answer states
     */
    public void download(String path, OutputStream to, Digest digest) throws IOException {
        download(path, to, digest, true);
    }

    /** Works like {@link #download}, but for a body that may be silent for as long as a task is. */
    public void follow(String path, OutputStream to) throws IOException {
        download(path, to, null, false);
    }

    private void download(String path, OutputStream to, @Nullable Digest digest, boolean steady) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(DEADLINES.firstByte())
                .GET()
                .build();
        HttpResponse<InputStream> response = send(request);
        try (InputStream raw = response.body();
                InputStream body =
                        steady ? new DeadlineStream(raw, DEADLINES) : new FollowedStream(raw, this::isThere);
                InputStream checked = checked(body, digest != null ? digest : tagged(response))) {
            if (response.statusCode() / 100 != 2) {
                throw refusal(response.statusCode(), body.readNBytes(MAX_PROBLEM_BYTES));
            }
            byte[] buffer = new byte[16 * 1024];
            for (int read = checked.read(buffer); read >= 0; read = checked.read(buffer)) {
                to.write(buffer, 0, read);
                to.flush();
            }
        }
    }

    private static InputStream checked(InputStream body, @Nullable Digest digest) {
        return digest == null ? body : new VerifiedStream(body, digest, -1);
    }

    /** Returns the digest in the ETag header, which answers with a whole blob have; null for other answers. */
    private static @Nullable Digest tagged(HttpResponse<?> response) {
        String tag = response.headers().firstValue("ETag").orElse("").replace("\"", "");
        return response.statusCode() == 200 && Digest.isDigest(tag) ? new Digest(tag) : null;
    }

    private byte[] exchange(PlainHttp.Request request) {
        var retryAfter = new RetryAfter(notes);
        try {
            while (true) {
                PlainHttp.Answer answer = PlainHttp.send(request);
                if (answer.isSuccess()) {
                    return answer.body();
                }
                Optional<Duration> pause = retryAfter.pause(answer.status(), answer.retryAfter(), type(answer.body()));
                if (pause.isEmpty()) {
                    throw refusal(answer.status(), answer.body());
                }
                pause(pause.get().toMillis());
            }
        } catch (ConnectException e) {
            throw unreachable(base);
        } catch (SocketTimeoutException e) {
            // A server without TLS may never answer a TLS handshake.
            boolean connecting = String.valueOf(e.getMessage()).contains("onnect") || "https".equals(base.getScheme());
            throw connecting ? timedOut() : broken(e);
        } catch (SSLException e) {
            throw insecure(e);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The error for a server that does not speak HTTP or that disconnected in the middle of its answer. */
    private CliException broken(IOException failure) {
        return new CliException(
                ExitCode.UNREACHABLE,
                "the connection to the gateway at " + base + " broke: " + failure.getMessage()
                        + ("http".equals(base.getScheme()) ? "; if it speaks TLS, name it with https://" : ""));
    }

    /** The error for a server that does not speak TLS or is not trusted. */
    private CliException insecure(SSLException failure) {
        String said = String.valueOf(failure.getMessage());
        boolean plain = said.contains("plaintext") || said.contains("Unsupported or unrecognized SSL message");
        return plain
                ? inPlainText()
                : new CliException(
                        ExitCode.UNREACHABLE, "no secure connection to the gateway at " + base + ": " + said);
    }

    private CliException inPlainText() {
        return new CliException(
                ExitCode.UNREACHABLE, "what answers at " + base + " does not speak TLS; name it with http://");
    }

    /**
     * Whether a server answers at this address without TLS. The JDK's client sometimes misses that a handshake has failed, and then waits
     * for the connection until the timeout.
     */
    private boolean answersInPlainText() {
        try {
            return answers(new URI("http", base.getSchemeSpecificPart(), null));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return streams().send(request, BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (HttpConnectTimeoutException e) {
            throw timedOut();
        } catch (ConnectException e) {
            throw unreachable(base);
        } catch (SSLException e) {
            throw insecure(e);
        }
    }

    private CliException timedOut() {
        return "https".equals(base.getScheme()) && answersInPlainText() ? inPlainText() : unreachable(base);
    }

    private static CliException interrupted() {
        Thread.currentThread().interrupt();
        return new CliException(ExitCode.INTERRUPTED, "interrupted");
    }

    public static CliException unreachable(URI base) {
        return new CliException(
                ExitCode.UNREACHABLE,
                "cannot reach the gateway at " + base
                        + "; start a stack with 'millrace up' or name a gateway with --gateway URL");
    }

    private static CliException refusal(int status, byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        var message = new StringBuilder();
        try {
            JsonNode problem = Json.MAPPER.readTree(text);
            message.append(problem.path("detail").asText(text));
            problem.path("errors").forEach(error -> message.append("\n  ")
                    .append(error.path("pointer").asText())
                    .append(": ")
                    .append(error.path("detail").asText()));
        } catch (IOException e) {
            message.append(text);
        }
        int exitCode =
                switch (status) {
                    case 401, 403 -> ExitCode.NOT_ALLOWED;
                    case 400, 404, 406, 409, 413, 415, 416, 422 -> ExitCode.USAGE;
                    default -> ExitCode.INFRASTRUCTURE;
                };
        return new CliException(exitCode, message + " (HTTP " + status + ")");
    }

    /** Returns the type of a problem document; an empty text if the body is not one. */
    private static String type(byte[] body) {
        try {
            return Json.MAPPER.readTree(body).path("type").asText();
        } catch (IOException e) {
            return "";
        }
    }

    private static JsonNode json(byte[] body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "the gateway's answer is not JSON: " + e.getMessage());
        }
    }

    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
