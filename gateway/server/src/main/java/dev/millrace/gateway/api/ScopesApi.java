package dev.millrace.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.gateway.view.ScopeViews;
import dev.millrace.gateway.view.ScopeViews.DomainView;
import dev.millrace.gateway.view.ScopeViews.EpochView;
import dev.millrace.gateway.view.ScopeViews.ScopeView;
import dev.millrace.platform.http.Bodies;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.event.DomainReleaseRequested;
import dev.millrace.schemas.spec.ScopeSpec;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The scopes of jobs, and the domains that they need for themselves alone. */
public final class ScopesApi {
    private static final int MAX_REASON = 500;

    /** A name of a job spec, or that of a domain which one job has for itself. */
    private static final Pattern DOMAIN =
            Pattern.compile("(" + ScopeSpec.JOB_DOMAIN + ")?[A-Za-z0-9][A-Za-z0-9._+-]{0,99}");

    private final GatewaySettings settings;
    private final Publishing publishing;
    private final Bodies bodies;
    private final ScopeViews views;
    private final JobLookup jobs;
    private final SubmissionRate rate;

    public ScopesApi(
            GatewaySettings settings,
            Publishing publishing,
            Bodies bodies,
            ScopeViews views,
            JobLookup jobs,
            SubmissionRate rate) {
        this.settings = settings;
        this.publishing = publishing;
        this.bodies = bodies;
        this.views = views;
        this.jobs = jobs;
        this.rate = rate;
    }

    void ofJob(RoutingContext context) {
        String jobId = Answers.jobId(context);
        Answers.send(
                context, jobs.find(jobId).compose(job -> views.ofJob(jobId)).map(found -> Map.of("scopes", found)));
    }

    /**
     * A scope with its history.
     *
     * @param holder who holds its domain, or left it in quarantine; null if the domain is free
     */
    record ScopeDetails(ScopeView scope, List<EpochView> epochs, @Nullable DomainView holder) {}

    void get(RoutingContext context) {
        String jobId = Answers.jobId(context);
        String id = String.valueOf(context.pathParam("scope"));
        Answers.send(context, jobs.find(jobId).compose(job -> views.scope(jobId, id)
                .compose(found -> found.map(scope -> details(job.pool(), scope))
                        .orElseGet(() -> Future.failedFuture(new HttpProblemException(
                                ProblemKind.NOT_FOUND, "job " + jobId + " has no scope '" + id + "'"))))));
    }

    private Future<ScopeDetails> details(String pool, ScopeView scope) {
        var epochs = views.epochs(scope.job(), scope.id());
        var holder = views.domain(pool, scope.domain());
        return Future.all(epochs, holder)
                .map(read ->
                        new ScopeDetails(scope, epochs.result(), holder.result().orElse(null)));
    }

    void domains(RoutingContext context) {
        Answers.send(context, views.domains(Answers.pool(context)).map(found -> Map.of("domains", found)));
    }

    /** Accepts the request to release a domain that is in quarantine. It takes effect a moment later. */
    void release(RoutingContext context) {
        String pool = Answers.pool(context);
        String domain = String.valueOf(context.pathParam("domain"));
        String by = Owners.of(context, settings.owner());
        rate.takeCommand(context, by);
        if (!DOMAIN.matcher(domain).matches()) {
            throw new HttpProblemException(ProblemKind.NOT_FOUND, "no domain can be called that");
        }
        JsonBody.requireJson(context.request());
        bodies.parse(
                        context.request(),
                        JsonBody.SMALL_BYTES,
                        (body, memory) -> new DomainReleaseRequested(pool, domain, by, reason(body)),
                        request -> publishIfQuarantined(context, request))
                .onSuccess(done -> Answers.send(context, 202, Map.of("accepted", true)))
                .onFailure(context::fail);
    }

    private Future<Void> publishIfQuarantined(RoutingContext context, DomainReleaseRequested request) {
        return views.domain(request.pool(), request.domain())
                .compose(found -> found.map(DomainView::isQuarantined).orElse(false)
                        ? publishing.publish(request, TraceContext.of(context.request()))
                        : Future.failedFuture(new HttpProblemException(
                                ProblemKind.NOT_FOUND,
                                "domain '" + request.domain() + "' of pool '" + request.pool()
                                        + "' is not in quarantine")));
    }

    private static String reason(byte[] bytes) {
        JsonNode given = JsonBody.small(bytes, Set.of("reason")).path("reason");
        if (!given.isTextual() || given.asText().isBlank() || given.asText().length() > MAX_REASON) {
            throw new HttpProblemException(
                    ProblemKind.BAD_VALUE, "'reason' must be text of at most " + MAX_REASON + " characters");
        }
        return given.asText();
    }
}
