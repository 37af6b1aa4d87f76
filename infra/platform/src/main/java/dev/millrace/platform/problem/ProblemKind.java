package dev.millrace.platform.problem;

import java.util.Locale;

/**
 * Every kind of problem that a service answers with. The name in lower case with hyphens is the last part of the problem's type;
 * clients rely on it, so a released name never changes.
 */
public enum ProblemKind {
    BAD_REQUEST(400, "The request is not HTTP, or its body lacks the documented structure."),
    BAD_TARGET(400, "The request target is not a path with well-formed percent-encoding of UTF-8."),
    BAD_HOST(400, "The request has no Host header, several, or one that is malformed."),
    BAD_HANDSHAKE(400, "The request asks for a WebSocket without the headers of a handshake."),
    BAD_PARAMETER(
            400,
            "A path or query parameter or a header has a value that is not accepted. The detail names it and the accepted values."),
    BAD_JSON(400, "The body is not JSON or YAML in UTF-8, is nested too deeply, or has too many items."),
    BAD_ENCODING(400, "The body is not what its Content-Encoding says."),
    BAD_DIGEST(400, "A digest is not a SHA-256 in 64 lower-case hexadecimal digits."),
    BAD_OFFSET(400, "A header that gives a number of bytes is not a number."),
    MALFORMED_TREE(400, "The body is not a tree of files."),
    MALFORMED_BATCH(400, "The body is not a batch of blobs."),
    FOREIGN_ORIGIN(403, "A web page of another site sent the request."),
    NOT_FOUND(404, "Nothing is at this path."),
    UNKNOWN_JOB(404, "There is no such job."),
    UNKNOWN_TASK(404, "There is no such task."),
    UNKNOWN_ATTEMPT(404, "The task has no such attempt."),
    UNKNOWN_ARTIFACT(404, "The task stored no such file."),
    UNKNOWN_BLOB(404, "The blob is not stored."),
    UNKNOWN_TEST(404, "No run of the test is known."),
    METHOD_NOT_ALLOWED(405, "The path does not support this method."),
    NOT_ACCEPTABLE(406, "The client accepts neither a WebSocket nor server-sent events."),
    SLOW_BODY(408, "The body arrived too slowly. Send it again, faster."),
    ATTEMPT_RUNNING(409, "The attempt still runs; the request is possible only after it has ended."),
    IDEMPOTENCY_KEY_REUSED(409, "The Idempotency-Key was used before with another body."),
    JOB_NOT_FINISHED(409, "The job has not ended, and only jobs that ended can be retried."),
    NOTHING_TO_RETRY(409, "The job has no task that the retry would run."),
    TOO_MANY_RUNS(409, "The job has run too often. Submit it again instead."),
    WRONG_OFFSET(
            409,
            "The service has stored more or fewer bytes of this upload than the client says. The detail gives the stored number."),
    BODY_TOO_LARGE(413, "The body is larger than `maxBodyBytes`."),
    BLOB_TOO_LARGE(413, "The blob is larger than `maxBlobBytes`."),
    BATCH_TOO_LARGE(413, "The batch has too many blobs."),
    URI_TOO_LONG(414, "The request line is too long."),
    UNKNOWN_ENCODING(415, "The Content-Encoding is not supported here."),
    UNSUPPORTED_MEDIA_TYPE(415, "The Content-Type is not supported here."),
    RANGE_NOT_SATISFIABLE(416, "The range starts behind the end. The detail gives the number of bytes."),
    FOREIGN_HOST(421, "The Host header has a name that is not the name of this server; see `hostNames`."),
    BAD_TREE(422, "The tree breaks a rule: for example, two entries have the same path."),
    BAD_VALUE(422, "A field of the body has a value that is not accepted. `errors` names the field."),
    COMPRESSION_RATIO(
            422, "The decoded body is too many times larger than the encoded one. Send it without a Content-Encoding."),
    HASH_MISMATCH(422, "The bytes have another SHA-256 than announced."),
    INVALID_SPEC(422, "The job spec is invalid. `errors` names each fault with its place."),
    MISSING_BLOBS(422, "The tree refers to blobs that are not stored. Upload them first."),
    UNKNOWN_FIELD(422, "The body has a field that is not known. `errors` names it."),
    UNKNOWN_WEBSOCKET_VERSION(426, "The WebSocket version is not supported. Version 13 is."),
    TOO_MANY_COMMANDS(
            429,
            "The owner sends too many commands a minute. The limit is a multiple of `submissionsPerMinute`; the detail gives it."),
    TOO_MANY_SUBMISSIONS(429, "The owner submits more jobs a minute than `submissionsPerMinute` allows."),
    HEADER_TOO_LARGE(431, "The headers are too large."),
    INTERNAL(500, "The request failed because of a fault in Millrace. The log has the cause under the request id."),
    CORRUPT_BLOB(502, "Stored bytes do not match their digest."),
    LOST_BLOB(502, "A stored object is missing."),
    DISK_FULL(503, "The disk for uploads is nearly full."),
    DISPLACED(503, "The client was so slow that its place was given to another client. Try again."),
    SATURATED(503, "Too many calls of this kind run or wait. Try again after `Retry-After`."),
    SPOOL_FULL(
            503,
            "The disk space for temporary data, such as uploads and results that are being merged, is used up. Try again later."),
    TOO_MANY_BODIES(503, "Too many bodies are being processed. Try again after `Retry-After`."),
    TOO_MANY_CHECKS(503, "Too many blobs are being checked. Try again after `Retry-After`."),
    TOO_MANY_FOLLOWERS(503, "Too many logs are being followed. Try again after `Retry-After`."),
    TOO_MANY_READERS(503, "Too many clients are being served. Try again after `Retry-After`."),
    TOO_MANY_UPLOADS(503, "Too many uploads are under way. Try again after `Retry-After`."),
    UNAVAILABLE(503, "Kafka, Cassandra or S3 does not respond. Try again after `Retry-After`."),
    VIEW_BEHIND(503, "The job exists, but the views do not show it yet. Try again after `Retry-After`.");

    private final int status;
    private final String meaning;

    ProblemKind(int status, String meaning) {
        this.status = status;
        this.meaning = meaning;
    }

    /** Status code of the answer. */
    public int status() {
        return status;
    }

    /** Describes in Markdown what happened and what the client can do. */
    public String meaning() {
        return meaning;
    }

    /** Last part of the problem's type, such as {@code unknown-job}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
