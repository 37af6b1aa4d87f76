package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One command.
 *
 * @param id unique in the job
 * @param test last part of the history key; the id by default
 */
public record TaskSpec(String id, List<String> command, @Nullable String test, @JsonUnwrapped TaskDefaults settings) {
    public String testOrId() {
        return test != null ? test : id;
    }
}
