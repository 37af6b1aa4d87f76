package dev.millrace.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The ids of the platform, all of them deterministic functions of what they name, so that a repeated event or request
 * is recognisable anywhere.
 */
public final class Ids {
    private static final Pattern TASK = Pattern.compile("(j[0-9a-f]{20})\\.([0-9]{1,6})");

    /** The form of a kind of name. */
    public enum Form {
        JOB("job id", "j[0-9a-f]{20}"),
        TASK("task id", "j[0-9a-f]{20}\\.(0|[1-9][0-9]{0,5})"),
        POOL("pool name", "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"),
        EXECUTOR("executor id", "[A-Za-z0-9._-]{1,200}"),
        OWNER("owner name", "[A-Za-z0-9][A-Za-z0-9._@-]{0,99}"),
        INCARNATION("name of an executor's life", "[ -~]{1,100}");

        private final String what;
        private final Pattern pattern;

        Form(String what, String pattern) {
            this.what = what;
            this.pattern = Pattern.compile(pattern);
        }

        public boolean matches(String text) {
            return pattern.matcher(text).matches();
        }

        /** The word for such a name. */
        public String what() {
            return what;
        }

        /** The regular expression, for messages. */
        public String pattern() {
            return pattern.pattern();
        }
    }

    private Ids() {}

    /** The job that {@code owner} submits under {@code idempotencyKey}: the same two always name the same job. */
    public static String jobId(String owner, String idempotencyKey) {
        return "j" + hash("job", owner, idempotencyKey).substring(0, 20);
    }

    /** The id of task {@code index} of a job's plan. */
    public static String taskId(String jobId, int index) {
        return jobId + "." + index;
    }

    public static boolean isJobId(String text) {
        return Form.JOB.matches(text);
    }

    public static boolean isTaskId(String text) {
        return Form.TASK.matches(text);
    }

    /** @throws IllegalArgumentException when {@code taskId} is not a task id */
    public static String jobOfTask(String taskId) {
        var matcher = TASK.matcher(taskId);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a task id: " + taskId);
        }
        return matcher.group(1);
    }

    /** @throws IllegalArgumentException when {@code taskId} is not a task id */
    public static int indexOfTask(String taskId) {
        var matcher = TASK.matcher(taskId);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a task id: " + taskId);
        }
        return Integer.parseInt(matcher.group(2));
    }

    /** A hash over {@code parts} that no shifting of characters between parts can make equal. */
    public static String hash(String... parts) {
        var joined = new StringBuilder();
        for (String part : parts) {
            joined.append(part.length()).append(':').append(part);
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(joined.toString().getBytes(UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
