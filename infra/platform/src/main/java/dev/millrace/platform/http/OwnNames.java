package dev.millrace.platform.http;

import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Distinguishes requests that are meant for this server from requests that a page of another site makes a browser send. If another site
 * made its own name resolve to this server (DNS rebinding), the browser still sends that name in {@code Host}. In every request that can
 * change something, a browser also sends the page's origin in {@code Origin}. Immutable.
 */
final class OwnNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,252})|\\[[0-9A-Fa-f:.]{2,45}\\]");
    private static final Pattern AUTHORITY = Pattern.compile("(" + NAME.pattern() + ")(:[0-9]{1,5})?");

    private final Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));

    OwnNames(HttpSettings settings) {
        names.add(bracketed(settings.host().toLowerCase(Locale.ROOT)));
        settings.hostNames().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Returns why a request with these headers is not meant for this server; empty if it is. */
    Optional<HttpProblemException> refusal(List<String> hosts, List<String> origins) {
        if (hosts.size() != 1) {
            return Optional.of(new HttpProblemException(ProblemKind.BAD_HOST, "a request has exactly one Host"));
        }
        String host = hosts.get(0).toLowerCase(Locale.ROOT);
        var authority = AUTHORITY.matcher(host);
        if (!authority.matches()) {
            return Optional.of(new HttpProblemException(ProblemKind.BAD_HOST, "the Host is not a name with a port"));
        }
        if (!names.contains(authority.group(1))) {
            return Optional.of(new HttpProblemException(
                    ProblemKind.FOREIGN_HOST,
                    "this server is not called '" + authority.group(1) + "'; its names are set by 'hostNames'"));
        }
        for (String origin : origins) {
            String own = origin.toLowerCase(Locale.ROOT);
            if (!own.equals("http://" + host) && !own.equals("https://" + host)) {
                return Optional.of(new HttpProblemException(
                        ProblemKind.FOREIGN_ORIGIN, "pages of other sites may not use this server"));
            }
        }
        return Optional.empty();
    }
}
