package dev.millrace.dist;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * A service's health, as it reports it.
 *
 * @param status ready, degraded, not ready, or unreachable
 * @param reasons why it is not simply ready, by check
 */
record ServiceHealth(String status, Map<String, String> reasons) {
    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();

    /** Asks a service; never fails. */
    static ServiceHealth of(URI service) {
        try {
            HttpResponse<String> answer = CLIENT.send(
                    HttpRequest.newBuilder(service.resolve("/health/ready"))
                            .timeout(LIMIT)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return of(Json.MAPPER.readTree(answer.body()));
        } catch (IOException e) {
            return new ServiceHealth("unreachable", Map.of("address", service.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new ServiceHealth("unreachable", Map.of());
        }
    }

    private static ServiceHealth of(JsonNode body) {
        Map<String, String> reasons = new TreeMap<>();
        for (var check : body.path("checks").properties()) {
            String reason = check.getValue().path("reason").asText("");
            if (!reason.isEmpty()) {
                reasons.put(check.getKey(), reason);
            }
        }
        String status =
                switch (body.path("status").asText()) {
                    case "UP" -> "ready";
                    case "DEGRADED" -> "degraded";
                    default -> "not ready";
                };
        return new ServiceHealth(status, reasons);
    }

    /** Whether it accepts and runs work, be it with something missing. */
    boolean isReady() {
        return status.equals("ready") || status.equals("degraded");
    }
}
