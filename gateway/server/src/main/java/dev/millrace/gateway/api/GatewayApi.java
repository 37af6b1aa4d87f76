package dev.millrace.gateway.api;

import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.platform.http.Bodies;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** All operations of the API. Mounts them on a router. */
public final class GatewayApi {
    public static final String OPENAPI_RESOURCE = "dev/millrace/schemas/openapi.yaml";

    private final GatewaySettings settings;
    private final JobsApi jobs;
    private final TasksApi tasks;
    private final LogsApi logs;
    private final JUnitApi junit;
    private final EventsApi events;
    private final HistoryApi history;
    private final FlakyApi flaky;
    private final PoolsApi pools;
    private final ScopesApi scopes;
    private final PlansApi plans;

    public GatewayApi(
            GatewaySettings settings,
            JobsApi jobs,
            TasksApi tasks,
            LogsApi logs,
            JUnitApi junit,
            EventsApi events,
            HistoryApi history,
            FlakyApi flaky,
            PoolsApi pools,
            ScopesApi scopes,
            PlansApi plans) {
        this.settings = settings;
        this.jobs = jobs;
        this.tasks = tasks;
        this.logs = logs;
        this.junit = junit;
        this.events = events;
        this.history = history;
        this.flaky = flaky;
        this.pools = pools;
        this.scopes = scopes;
        this.plans = plans;
    }

    /** The operations, with the ids that the OpenAPI document gives them. */
    public static final List<Endpoint> ENDPOINTS = List.of(
            new Endpoint(HttpMethod.POST, "/v1/jobs", "submitJob"),
            new Endpoint(HttpMethod.POST, "/v1/plans", "planJob"),
            new Endpoint(HttpMethod.GET, "/v1/jobs", "listJobs"),
            new Endpoint(HttpMethod.GET, "/v1/jobs/{job}", "getJob"),
            new Endpoint(HttpMethod.POST, "/v1/jobs/{job}/cancel", "cancelJob"),
            new Endpoint(HttpMethod.POST, "/v1/jobs/{job}/retry", "retryJob"),
            new Endpoint(HttpMethod.GET, "/v1/jobs/{job}/tasks", "listTasks"),
            new Endpoint(HttpMethod.GET, "/v1/jobs/{job}/scopes", "listScopes"),
            new Endpoint(HttpMethod.GET, "/v1/jobs/{job}/scopes/{scope}", "getScope"),
            new Endpoint(HttpMethod.GET, "/v1/jobs/{job}/junit.xml", "getJobJunit"),
            new Endpoint(HttpMethod.GET, "/v1/jobs/{job}/events", "watchJob"),
            new Endpoint(HttpMethod.GET, "/v1/tasks/{task}", "getTask"),
            new Endpoint(HttpMethod.GET, "/v1/tasks/{task}/attempts", "listAttempts"),
            new Endpoint(HttpMethod.GET, "/v1/tasks/{task}/decisions", "listDecisions"),
            new Endpoint(HttpMethod.GET, "/v1/tasks/{task}/log", "getLog"),
            new Endpoint(HttpMethod.GET, "/v1/tasks/{task}/artifacts", "listArtifacts"),
            new Endpoint(HttpMethod.GET, "/v1/tasks/{task}/artifacts/{path}", "getArtifact"),
            new Endpoint(HttpMethod.GET, "/v1/tests/{test}/history", "getTestHistory"),
            new Endpoint(HttpMethod.GET, "/v1/flaky", "listFlaky"),
            new Endpoint(HttpMethod.GET, "/v1/executors", "listExecutors"),
            new Endpoint(HttpMethod.PUT, "/v1/pools/{pool}/executors/{executor}", "setExecutor"),
            new Endpoint(HttpMethod.GET, "/v1/pools/{pool}", "getPool"),
            new Endpoint(HttpMethod.PUT, "/v1/pools/{pool}", "setPool"),
            new Endpoint(HttpMethod.PUT, "/v1/pools/{pool}/owners/{owner}", "setOwnerQuota"),
            new Endpoint(HttpMethod.GET, "/v1/pools/{pool}/domains", "listDomains"),
            new Endpoint(HttpMethod.POST, "/v1/pools/{pool}/domains/{domain}/release", "releaseDomain"),
            new Endpoint(HttpMethod.GET, "/v1/uploads", "getUploads"));

    /** One operation without its handler. */
    public record Endpoint(HttpMethod method, String path, String operationId) {}

    private Map<String, Handler<RoutingContext>> handlers() {
        return Map.ofEntries(
                Map.entry("submitJob", jobs::submit),
                Map.entry("planJob", plans::plan),
                Map.entry("listJobs", jobs::list),
                Map.entry("getJob", jobs::get),
                Map.entry("cancelJob", jobs::cancel),
                Map.entry("retryJob", jobs::retry),
                Map.entry("listTasks", tasks::list),
                Map.entry("listScopes", scopes::ofJob),
                Map.entry("getScope", scopes::get),
                Map.entry("getJobJunit", junit::junit),
                Map.entry("watchJob", events::events),
                Map.entry("getTask", tasks::get),
                Map.entry("listAttempts", tasks::attempts),
                Map.entry("listDecisions", tasks::decisions),
                Map.entry("getLog", logs::log),
                Map.entry("listArtifacts", tasks::artifacts),
                Map.entry("getArtifact", tasks::artifact),
                Map.entry("getTestHistory", history::history),
                Map.entry("listFlaky", flaky::list),
                Map.entry("listExecutors", pools::executors),
                Map.entry("setExecutor", pools::setExecutor),
                Map.entry("getPool", pools::get),
                Map.entry("setPool", pools::set),
                Map.entry("setOwnerQuota", pools::setOwner),
                Map.entry("listDomains", scopes::domains),
                Map.entry("releaseDomain", scopes::release),
                Map.entry("getUploads", this::uploads));
    }

    private List<Operation> operations() {
        Map<String, Handler<RoutingContext>> handlers = handlers();
        if (handlers.size() != ENDPOINTS.size()) {
            throw new IllegalStateException("every endpoint needs one handler");
        }
        return ENDPOINTS.stream()
                .map(it -> new Operation(
                        it.method(),
                        it.path(),
                        it.operationId(),
                        Objects.requireNonNull(handlers.get(it.operationId()))))
                .toList();
    }

    private void uploads(RoutingContext context) {
        Answers.send(
                context,
                200,
                Map.of("artifactService", settings.artifactService().toString()));
    }

    public void mount(Router router) {
        Buffer description = description();
        router.get("/openapi.yaml").handler(context -> context.response()
                .putHeader("Content-Type", "application/yaml")
                .end(description));
        for (Operation operation : operations()) {
            // An artifact's path has slashes, which a router parameter does not match.
            String path = operation.routerPath().replace("/artifacts/:path", "/artifacts/*");
            router.route(operation.method(), path)
                    .handler(this::refuseLargeBody)
                    .handler(operation.handler());
        }
        router.route("/v1/*").handler(context -> {
            if (!context.response().ended()) {
                boolean known = operations().stream().anyMatch(it -> matches(it, context.normalizedPath()));
                throw known
                        ? new HttpProblemException(
                                ProblemKind.METHOD_NOT_ALLOWED,
                                context.request().method() + " is not offered here")
                        : new HttpProblemException(
                                ProblemKind.NOT_FOUND, "there is nothing at " + printable(context.normalizedPath()));
            }
        });
    }

    /**
     * Refuses a body whose declared length is too large. This also applies to operations that take no body, because the server would have
     * to read the body to its end otherwise.
     */
    private void refuseLargeBody(RoutingContext context) {
        if (Bodies.declaredLength(context.request()) > settings.maxBodyBytes()) {
            throw new HttpProblemException(
                    ProblemKind.BODY_TOO_LARGE, "a body has at most " + settings.maxBodyBytes() + " bytes");
        }
        context.next();
    }

    private static boolean matches(Operation operation, String path) {
        return path.matches(
                operation.path().replace(".", "\\.").replace("{path}", ".+").replaceAll("\\{[a-z]+\\}", "[^/]+"));
    }

    private static String printable(String path) {
        String cut = path.length() > 200 ? path.substring(0, 200) + "…" : path;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    private static Buffer description() {
        try (InputStream in = GatewayApi.class.getClassLoader().getResourceAsStream(OPENAPI_RESOURCE)) {
            return Buffer.buffer(
                    Objects.requireNonNull(in, OPENAPI_RESOURCE + " is missing").readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + OPENAPI_RESOURCE, e);
        }
    }
}
