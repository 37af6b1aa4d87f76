package dev.millrace.gateway.api;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.Ids;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * Finds the owner that a request counts for. Until there are accounts, the gateway believes the name that the client gives. This is
 * acceptable because servers listen only on a loopback address.
 */
final class Owners {
    static final String HEADER = "Millrace-Owner";

    private Owners() {}

    static String of(RoutingContext context, String fallback) {
        @Nullable String named = context.request().getHeader(HEADER);
        return named == null ? fallback : checked(named);
    }

    static String checked(String name) {
        if (!Ids.Form.OWNER.matches(name)) {
            throw new HttpProblemException(
                    ProblemKind.BAD_PARAMETER,
                    "an owner has 1 to 100 letters, digits, '.', '_', '@' and '-', and begins with a letter or digit");
        }
        return name;
    }
}
