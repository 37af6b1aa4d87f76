package dev.millrace.dist;

import static java.util.Comparator.comparingInt;

import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.Documents;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Checks that {@code docs/errors.md} lists exactly the kinds of problems that the code defines. */
class ProblemsPageTest {
    private static final Path PAGE = SharedStack.ROOT.resolve("docs/errors.md");

    @Test
    void inCodeShouldEqualTheErrorsPage() throws Exception {
        String page = page();

        Documents.assertUpToDate(PAGE, page);
    }

    private static String page() {
        var page = new StringBuilder(
                """
                # Errors

                Generated from `ProblemKind` by `ProblemsPageTest`. Each refusal of an HTTP request is an `application/problem+json` document
                ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). Its `type` ends with the kind below, `detail` says what is wrong with this request,
                `errors` lists the faults of a body with their JSON pointers, and `requestId` finds the request in the [logs](logs.md).

                | Kind | Status | Means |
                |---|---|---|
                """);
        Arrays.stream(ProblemKind.values())
                .sorted(comparingInt(ProblemKind::status))
                .forEach(kind ->
                        page.append("| `%s` | %d | %s |\n".formatted(kind.wireName(), kind.status(), kind.meaning())));
        return page.toString();
    }
}
