package dev.millrace.gateway.api;

import dev.millrace.platform.http.Bodies;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.Problem;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.spec.InvalidSpecException;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.JobSpecReader;
import dev.millrace.schemas.spec.SpecProblem;
import dev.millrace.schemas.spec.Suite;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.function.Function;

/**
 * A job spec that came as the body of a request. It must be resolved, that is, its inputs are uploaded and its suites discovered, because the gateway has none of the author's files.
 *
 * @param document the spec as it is stored
 * @param digest the digest of the document
 */
record SpecBody(JobSpec spec, Buffer document, Digest digest) {
    private static final JobSpecReader SPECS = new JobSpecReader();

    /**
     * Reads the body, parses it on a worker thread, and calls {@code use} with the part that {@code keep} returns. Fails with a problem
     * that says what is wrong and where.
     *
     * @param keep returns the part of the spec that {@code use} needs; the rest is not held in memory while {@code use} waits
     */
    static <P, T> Future<T> read(
            RoutingContext context,
            Bodies bodies,
            long maxBytes,
            Function<SpecBody, P> keep,
            Function<P, Future<T>> use) {
        JsonBody.requireJson(context.request());
        return bodies.parse(
                context.request(),
                maxBytes,
                (body, memory) -> {
                    SpecBody spec = parse(body);
                    memory.hold(spec.document().length());
                    return keep.apply(spec);
                },
                use);
    }

    /** Parses a document that was made from a valid spec, and returns the spec. */
    static JobSpec stored(Buffer document) throws InvalidSpecException {
        return SPECS.readBody(document.toString(StandardCharsets.UTF_8));
    }

    private static SpecBody parse(byte[] body) throws IOException {
        try {
            JobSpec spec = SPECS.readBody(JsonBody.text(body));
            requireResolved(spec);
            byte[] document = Json.MAPPER.writeValueAsBytes(spec);
            return new SpecBody(spec, Buffer.buffer(document), Digest.of(document));
        } catch (InvalidSpecException e) {
            throw new HttpProblemException(
                    e.isUnreadable() ? ProblemKind.BAD_JSON : ProblemKind.INVALID_SPEC,
                    e.isUnreadable() ? e.problems().get(0).message() : "the job spec is not valid",
                    e.problems().stream()
                            .map(it -> new Problem.Finding(it.pointer(), it.message()))
                            .toList());
        }
    }

    private static void requireResolved(JobSpec spec) throws InvalidSpecException {
        var problems = new ArrayList<SpecProblem>();
        if (spec.inputs() != null) {
            problems.add(new SpecProblem(
                    "body.json", 0, 0, "/inputs", "local inputs must be uploaded first and named by 'inputTree'"));
        }
        for (int i = 0; i < spec.suitesOrNone().size(); i++) {
            Suite suite = spec.suitesOrNone().get(i).suite();
            if (suite.unitsOrNone().isEmpty()) {
                problems.add(new SpecProblem(
                        "body.json",
                        0,
                        0,
                        "/suites/" + i + "/" + suite.adapter(),
                        "'units' is missing: suites are discovered by the client"));
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidSpecException(problems);
        }
    }
}
