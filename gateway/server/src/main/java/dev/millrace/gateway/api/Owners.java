package dev.millrace.gateway.api;

import dev.millrace.platform.http.HttpProblemException;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** On whose account a request is. Until there are accounts the client is believed, which the loopback address bounds. */
final class Owners {
    static final String HEADER = "Millrace-Owner";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,99}");

    private Owners() {}

    static String of(RoutingContext context, String fallback) {
        @Nullable String named = context.request().getHeader(HEADER);
        return named == null ? fallback : checked(named);
    }

    static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new HttpProblemException(
                    400, "bad-parameter", "an owner has 1 to 100 letters, digits, '.', '_', '@' and '-'");
        }
        return name;
    }
}
