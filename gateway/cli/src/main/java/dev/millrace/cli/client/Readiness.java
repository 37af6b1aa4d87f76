package dev.millrace.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;

/**
 * The answer of a gateway that is asked whether it is ready.
 *
 * @param status of its answer, 0 for none
 * @param lacks what keeps it from being ready, as far as it says so
 */
record Readiness(int status, String lacks) {
    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final int MAX_BYTES = 64 * 1024;
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final String UNTOLD = "it does not say why";

    /** Asks; never fails. */
    static Readiness of(HttpClient http, URI gateway) {
        var request = HttpRequest.newBuilder(gateway.resolve("/health/ready"))
                .timeout(LIMIT)
                .build();
        try {
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                return of(answer.statusCode(), body.readNBytes(MAX_BYTES));
            }
        } catch (IOException e) {
            return new Readiness(0, "it does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Readiness(0, "interrupted");
        }
    }

    static Readiness of(int status, byte[] body) {
        return new Readiness(status, status == UNAVAILABLE ? lacking(body) : "");
    }

    boolean isReady() {
        return status == OK;
    }

    /** Returns what it lacks; empty if it is ready, and behind a proxy that lets nobody ask. */
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
