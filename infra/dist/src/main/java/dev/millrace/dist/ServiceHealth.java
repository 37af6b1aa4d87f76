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
 * A service's health, as the service itself reports it.
 *
 * @param status one of "ready", "degraded", "not ready" and "unreachable"
 * @param reasons why the service is not fully ready, by the name of the check
 */
record ServiceHealth(String status, Map<String, String> reasons) {
    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();

    /** Asks a service for its health; an error becomes the status unreachable. */
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

    /** Whether the service accepts and runs work, even if it is degraded. */
    boolean isReady() {
        return status.equals("ready") || status.equals("degraded");
    }
}
