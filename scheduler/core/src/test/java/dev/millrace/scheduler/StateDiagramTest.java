package dev.millrace.scheduler;

import dev.millrace.scheduler.state.Transition;
import dev.millrace.scheduler.state.Transition.StateKind;
import dev.millrace.scheduler.state.Transition.Subject;
import dev.millrace.schemas.Documents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Checks that the diagrams in the documentation agree with the transition table. Rewrites them if run with {@code -Dmillrace.update=true}.
 */
class StateDiagramTest {
    private static final Path DOCUMENT = Path.of("../../docs/states.md");

    @Test
    void inDocumentationShouldShowTheTransitionTable() throws IOException {
        Documents.assertUpToDate(DOCUMENT, document());
    }

    private static String document() {
        var text = new StringBuilder("# States\n\n"
                + "These diagrams are generated from the transition table of the scheduler's core (`Transition.java`). The\n"
                + "simulation goes through every transition in the table and fails if it sees another one. An event without a\n"
                + "transition changes no state.\n");
        for (Subject subject : Subject.values()) {
            text.append("\n## ").append(title(subject)).append("\n\n```mermaid\nstateDiagram-v2\n");
            for (Transition it : List.of(Transition.values())) {
                if (it.subject() == subject) {
                    text.append("    ")
                            .append(name(it.from()))
                            .append(" --> ")
                            .append(name(it.to()))
                            .append(": ")
                            .append(it.by().getSimpleName())
                            .append('\n');
                }
            }
            text.append("```\n");
        }
        return text.toString();
    }

    private static String title(Subject subject) {
        return "Of " + (subject == Subject.EXECUTOR ? "an " : "a ")
                + subject.name().toLowerCase(Locale.ROOT);
    }

    private static String name(StateKind kind) {
        return kind == StateKind.NONE ? "[*]" : kind.name().toLowerCase(Locale.ROOT);
    }
}
