package dev.millrace.platform.cassandra;

import java.io.IOException;

/** Cassandra has not answered since this process started. A later attempt may succeed. */
public final class CassandraUnavailableException extends IOException {
    CassandraUnavailableException(String contactPoint) {
        super("Cassandra at " + contactPoint + " has not answered yet");
    }
}
