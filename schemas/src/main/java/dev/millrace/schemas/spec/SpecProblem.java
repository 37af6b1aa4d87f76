package dev.millrace.schemas.spec;

/**
 * One problem of a spec.
 *
 * @param file name of the file, as the user gave it
 * @param line line number, from 1; 0 if unknown
 * @param pointer JSON pointer into the document; empty for its root
 * @param message what is wrong and what is accepted
 */
public record SpecProblem(String file, int line, int column, String pointer, String message) {
    /** Returns the problem in the format of compiler messages: {@code job.yaml:12:5: /tasks/0/timeout: …}. */
    public String text() {
        return file + ":" + (line > 0 ? line + ":" + column + ":" : "") + " "
                + (pointer.isEmpty() ? "" : pointer + ": ") + message;
    }
}
