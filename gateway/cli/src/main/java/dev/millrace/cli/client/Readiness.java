package dev.millrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;

/**
 * A gateway's answer to the question whether it is ready.
 *
 * @param status the HTTP status of the answer; 0 if there was no answer
 * @param lacks why the gateway is not ready, as far as it says so
 */
record Readiness(int status, String lacks) {
    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final String UNTOLD = "it does not say why";

    /** Asks the gateway; never throws. */
    static Readiness of(URI gateway) {
        try {
            PlainHttp.Answer answer =
                    PlainHttp.send(new PlainHttp.Request("GET", gateway.resolve("/health/ready")).timeout(LIMIT));
            return of(answer.status(), answer.body());
        } catch (IOException e) {
            return new Readiness(0, "it does not answer");
        }
    }

    static Readiness of(int status, byte[] body) {
        return new Readiness(status, status == UNAVAILABLE ? lacking(body) : "");
    }

    boolean isReady() {
        return status == OK;
    }

    /** Returns why the gateway is not ready; empty if it is ready, or if a proxy answers in its place and does not pass the question on. */
    Optional<String> trouble() {
        return status == 0 || status == UNAVAILABLE ? Optional.of(lacks) : Optional.empty();
    }

    private static String lacking(byte[] body) {
        var reasons = new ArrayList<String>();
        try {
            for (var check : Json.MAPPER.readTree(body).path("checks").properties()) {
                JsonNode found = check.getValue();
                if (found.path("status").asText().equals("DOWN")) {
                    reasons.add(check.getKey() + ": " + found.path("reason").asText());
                }
            }
        } catch (IOException e) {
            return UNTOLD;
        }
        return reasons.isEmpty() ? UNTOLD : String.join("; ", reasons);
    }
}
