package dev.millrace.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The ids of the platform. Every generated id is computed from the facts that identify its object, so a repeated event or request has the
 * same id and can be recognized everywhere.
 */
public final class Ids {
    private static final Pattern TASK = Pattern.compile("(j[0-9a-f]{20})\\.([0-9]{1,6})");

    /** The form that names of one kind must have. */
    public enum Form {
        JOB("job id", "j[0-9a-f]{20}"),
        TASK("task id", "j[0-9a-f]{20}\\.(0|[1-9][0-9]{0,5})"),
        POOL("pool name", "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"),
        EXECUTOR("executor id", "[A-Za-z0-9._-]{1,200}"),
        OWNER("owner name", "[A-Za-z0-9][A-Za-z0-9._@-]{0,99}"),
        INCARNATION("incarnation of an executor", "[ -~]{1,100}");

        private final String what;
        private final Pattern pattern;

        Form(String what, String pattern) {
            this.what = what;
            this.pattern = Pattern.compile(pattern);
        }

        public boolean matches(String text) {
            return pattern.matcher(text).matches();
        }

        /** Returns what such a name is called in messages. */
        public String what() {
            return what;
        }

        /** Returns the regular expression, for use in messages. */
        public String pattern() {
            return pattern.pattern();
        }
    }

    private Ids() {}

    /**
     * Returns the id of the job that {@code owner} submits under {@code idempotencyKey}. The same owner and key always give the same id.
     */
    public static String jobId(String owner, String idempotencyKey) {
        return "j" + hash("job", owner, idempotencyKey).substring(0, 20);
    }

    /** Returns the id of the task with this index in the plan of a job. */
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

    /**
     * Returns a hash of {@code parts}. It differs if characters move from one part to another, because the length of each part is hashed,
     * too.
     */
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
