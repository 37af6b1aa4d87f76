package dev.millrace.gateway.api;

import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.platform.http.Problem;
import dev.millrace.schemas.spec.InvalidSpecException;
import dev.millrace.schemas.spec.JobSpec;
import dev.millrace.schemas.spec.JobSpecReader;
import dev.millrace.schemas.spec.SpecProblem;
import dev.millrace.schemas.spec.Suite;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** A job spec as the body of a request: resolved, since the gateway has none of the author's files. */
final class SpecBody {
    private static final JobSpecReader SPECS = new JobSpecReader();

    private SpecBody() {}

    /** @throws HttpProblemException with every problem and where it is */
    static JobSpec read(RoutingContext context) {
        String type = context.request().getHeader("Content-Type");
        if (type == null || !type.split(";")[0].strip().equalsIgnoreCase("application/json")) {
            throw new HttpProblemException(415, "unsupported-media-type", "the body must be application/json");
        }
        return read(context.body().buffer());
    }

    private static JobSpec read(@Nullable Buffer body) {
        String text;
        try {
            byte[] bytes = body == null ? new byte[0] : body.getBytes();
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new HttpProblemException(400, "bad-json", "the body is not UTF-8");
        }
        try {
            JobSpec spec = SPECS.read("body.json", text);
            requireResolved(spec);
            return spec;
        } catch (InvalidSpecException e) {
            boolean unreadable =
                    e.problems().size() == 1 && e.problems().get(0).message().startsWith("cannot be parsed");
            throw new HttpProblemException(
                    unreadable ? 400 : 422,
                    unreadable ? "bad-json" : "invalid-spec",
                    unreadable ? e.problems().get(0).message() : "the job spec is not valid",
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
