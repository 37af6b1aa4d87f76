package dev.millrace.schemas.spec;

/**
 * One thing wrong with a spec.
 *
 * @param file as the user named it
 * @param line from 1; 0 when unknown
 * @param pointer JSON pointer into the document; empty for its root
 * @param message what is wrong and what is accepted
 */
public record SpecProblem(String file, int line, int column, String pointer, String message) {
    /** As compilers print it: {@code job.yaml:12:5: /tasks/0/timeout: …}. */
    public String text() {
        return file + ":" + (line > 0 ? line + ":" + column + ":" : "") + " "
                + (pointer.isEmpty() ? "" : pointer + ": ") + message;
    }
}
