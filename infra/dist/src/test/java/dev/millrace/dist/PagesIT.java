package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.client.GatewayClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists with large entries are divided into pages of limited size, and no entry is lost. */
class PagesIT {
    private static final int TASKS = 130;
    private static final int FILES = 450;

    private final SharedStack stack = SharedStack.get();
    private final GatewayClient gateway = new GatewayClient(stack.gateway());

    private String run(String name, List<String> tasks) throws Exception {
        Path spec = SharedStack.spec(
                name, "apiVersion: millrace.dev/v1\nname: " + name + "\ntasks:\n" + String.join("\n", tasks) + "\n");
        String jobId =
                stack.millrace("submit", "--no-wait", spec.toString()).out().strip();
        assertThat(stack.millrace("watch", jobId).exitCode()).isZero();
        return jobId;
    }

    private List<JsonNode> pages(String path) {
        var pages = new ArrayList<JsonNode>();
        gateway.pages(path, pages::add);
        return pages;
    }

    @Test
    void aPageOfTasksEndsWhereItsResultsAreAMebibyte() throws Exception {
        // The largest output that is still stored within the result, once for each stream.
        String command = "head -c 4096 /dev/zero | tr '\\\\0' x | tee /dev/stderr";
        String jobId = run(
                "large-results",
                IntStream.range(0, TASKS)
                        .mapToObj(i -> "  - {id: t" + i + ", command: [sh, -c, \"" + command + "\"]}")
                        .toList());

        List<JsonNode> pages = pages("/v1/jobs/" + jobId + "/tasks?limit=1000");
        List<JsonNode> passed = pages("/v1/jobs/" + jobId + "/tasks?limit=1000&status=passed");

        assertThat(pages).hasSizeGreaterThan(1).allMatch(page -> page.toString().length() < 2 << 20);
        for (List<JsonNode> all : List.of(pages, passed)) {
            List<Integer> indexes = all.stream()
                    .flatMap(page -> page.path("tasks").valueStream())
                    .map(task -> task.path("index").asInt())
                    .toList();
            assertThat(indexes)
                    .containsExactlyElementsOf(IntStream.range(0, TASKS).boxed().toList());
        }
        assertThat(pages("/v1/jobs/" + jobId + "/tasks?limit=1000&status=failed"))
                .allMatch(page -> page.path("tasks").isEmpty());
    }

    @Test
    void manyArtifactsComeInPagesAndAllAreFetched(@TempDir Path directory) throws Exception {
        String jobId = run(
                "many-files",
                List.of("  - {id: t, artifacts: ['*'], command: [sh, -c, 'cd $MILLRACE_OUT && touch $(seq " + FILES
                        + ")']}"));

        List<JsonNode> pages = pages("/v1/tasks/" + jobId + ".0/artifacts");
        var fetched = stack.millrace("fetch", jobId, "--artifacts", "-d", directory.toString());

        assertThat(pages).hasSize(2);
        assertThat(pages.stream().flatMap(page -> page.path("artifacts").valueStream()))
                .hasSize(FILES);
        assertThat(fetched.exitCode()).as(fetched.err()).isZero();
        try (var files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(it -> String.valueOf(it.getFileName()))
                            .collect(Collectors.toSet()))
                    .hasSize(FILES);
        }
    }
}
