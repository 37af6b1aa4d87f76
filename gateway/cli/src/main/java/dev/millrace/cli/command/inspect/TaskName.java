package dev.millrace.cli.command.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.schemas.Ids;
import java.util.Map;

/** Finds the task that a user names by its id, or by its name in the job submitted last. */
final class TaskName {
    private TaskName() {}

    static String resolve(CliContext context, GatewayClient client, String task) {
        if (Ids.isTaskId(task)) {
            return task;
        }
        String jobId = context.state()
                .lastJob()
                .orElseThrow(() -> new CliException(
                        ExitCode.USAGE, "'" + task + "' is no task id, and no job was submitted from here yet"));
        for (JsonNode found : client.tasks(jobId, Map.of())) {
            if (found.path("name").asText().equals(task)) {
                return found.path("id").asText();
            }
        }
        throw new CliException(ExitCode.USAGE, "job " + jobId + " has no task '" + task + "'; see 'millrace tasks'");
    }
}
