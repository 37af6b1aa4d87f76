package dev.millrace.schemas.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.Json;
import java.util.List;

/**
 * What a job was cut into; task {@code i} has index {@code i}.
 *
 * @param inputTree what every task finds in its working directory
 */
public record Plan(String jobId, String name, String project, Digest inputTree, List<PlannedTask> tasks) {
    public byte[] canonicalBytes() {
        try {
            return Json.MAPPER.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a plan is always writable as JSON", e);
        }
    }
}
