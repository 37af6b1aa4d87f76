package dev.millrace.dist;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Documents;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Checks that {@code docs/metrics.md} lists exactly the metrics that a running stack serves. */
class MetricsPageIT {
    private static final Path PAGE = SharedStack.ROOT.resolve("docs/metrics.md");
    private static final Pattern HELP = Pattern.compile("# HELP (\\w+) ?(.*)");
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\w+) (\\w+)");
    private static final Pattern SAMPLE = Pattern.compile("(\\w+?)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    /** Labels that have only a few values, all of them names of parts of the program. The page lists the values of these labels. */
    private static final Set<String> PARTS = Set.of("name", "service");

    private final SharedStack stack = SharedStack.get();

    /** One metric as the stack's {@code /metrics} page shows it. */
    private static final class Metric {
        private String help = "";
        private String type = "";
        private final Map<String, Set<String>> labels = new TreeMap<>();
    }

    @Test
    void inScrapeShouldEqualTheMetricsPage() throws Exception {
        Map<String, Metric> metrics = parsed(scrape());

        assertThat(metrics.values()).extracting(it -> it.help).doesNotContain("", " ");
        String page = page(metrics);
        Documents.assertUpToDate(PAGE, page);
    }

    private String scrape() throws Exception {
        URI metrics = stack.gateway().resolve("/metrics");
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private static Map<String, Metric> parsed(String scrape) {
        var metrics = new TreeMap<String, Metric>();
        scrape.lines().forEach(line -> {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (help.matches()) {
                metrics.computeIfAbsent(help.group(1), name -> new Metric()).help = help.group(2);
            } else if (type.matches()) {
                metrics.computeIfAbsent(type.group(1), name -> new Metric()).type = type.group(2);
            } else if (sample.matches() && sample.group(2) != null) {
                Metric metric = metrics.computeIfAbsent(sample.group(1), name -> new Metric());
                LABEL.matcher(sample.group(2)).results().forEach(label -> metric.labels
                        .computeIfAbsent(label.group(1), name -> new TreeSet<>())
                        .add(label.group(2)));
            }
        });
        return metrics;
    }

    private static String page(Map<String, Metric> metrics) {
        var page = new StringBuilder(
                """
                # Metrics

                Generated from the `/metrics` page of a running stack by `MetricsPageIT`, in Prometheus's format. Every service serves the metrics of
                its process at `/metrics`. In an embedded stack all services share one process, so each of them shows all metrics.

                | Metric | Type | Labels | Means |
                |---|---|---|---|
                """);
        metrics.forEach((name, metric) ->
                page.append("| `%s` | %s | %s | %s |\n".formatted(name, metric.type, labels(metric), metric.help)));
        return page.toString();
    }

    private static String labels(Metric metric) {
        return metric.labels.entrySet().stream()
                .map(label -> PARTS.contains(label.getKey())
                        ? "`" + label.getKey() + "`: " + String.join(", ", label.getValue())
                        : "`" + label.getKey() + "`")
                .collect(joining("; "));
    }
}
