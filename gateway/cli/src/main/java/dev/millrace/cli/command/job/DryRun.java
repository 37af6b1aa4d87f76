package dev.millrace.cli.command.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.OutputFormat;
import dev.millrace.cli.command.option.Report;
import dev.millrace.cli.command.option.Table;
import dev.millrace.cli.spec.SpecFile;
import dev.millrace.cli.spec.Uploader;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.Suite;
import dev.millrace.schemas.spec.SuiteSpec;
import java.util.Locale;
import java.util.Optional;

/** Shows what a run would do: the tasks that the gateway would plan with the history it knows, and the inputs that the run would upload. */
record DryRun(CliContext context, SpecFile job, Optional<String> owner, SelectionOption selection) {
    private static final String NO_GATEWAY =
            "no gateway runs here: the tasks, how long they take and what would be sent are not known";

    int show(Optional<GatewayClient> gateway, OutputFormat output) {
        if (output == OutputFormat.json) {
            if (gateway.isEmpty()) {
                context.screen().note(NO_GATEWAY);
            }
            context.screen().result(document(gateway).toPrettyString());
            return 0;
        }
        Screen screen = context.screen();
        suites(screen);
        if (gateway.isEmpty()) {
            job.spec()
                    .tasksOrNone()
                    .forEach(task -> screen.result("task   " + task.id() + "  " + String.join(" ", task.command())));
            screen.result("inputs " + job.inputs().files().size() + " files");
            screen.note(NO_GATEWAY);
            return 0;
        }
        Uploader.Uploaded missing = missing(gateway.get());
        screen.result("inputs " + missing.files() + " files, " + missing.sent() + " of them new (" + missing.sentBytes()
                + " bytes to send)");
        screen.result("");
        JsonNode plan = plan(gateway.get(), missing);
        var table = new Table("TASK", "UNITS", "SECONDS", "EXPECTED BY");
        int steps = 0;
        for (JsonNode task : plan.path("tasks")) {
            steps += task.hasNonNull("role") ? 1 : 0;
            table.row(
                    Screen.safe(task.path("name").asText()),
                    task.path("units").asInt() == 0 ? "-" : task.path("units").asText(),
                    seconds(task.path("estimateMs")),
                    Screen.safe(task.path("estimateSource").asText()));
        }
        table.print(screen);
        screen.result("");
        String scopes = steps == 0 ? "" : steps / 2 + (steps == 2 ? " scope, " : " scopes, ");
        screen.result(plan.path("tasks").size() - steps + " tasks, " + scopes + seconds(plan.path("workMs"))
                + " s of work, the longest " + seconds(plan.path("longestMs")) + " s");
        return 0;
    }

    private static String seconds(JsonNode ms) {
        return String.format(Locale.ROOT, "%.2f", ms.asLong() / 1000.0);
    }

    private void suites(Screen screen) {
        for (SuiteSpec named : job.suites()) {
            Suite suite = named.suite();
            int tests = suite.unitsOrNone().stream().mapToInt(FoundUnit::tests).sum();
            screen.result("suite  " + suite.nameOrDefault() + "  "
                    + suite.unitsOrNone().size() + " " + suite.unitWord() + ", " + tests + " tests");
        }
    }

    private Uploader.Uploaded missing(GatewayClient gateway) {
        return Submission.uploader(context, gateway).missing(job.inputs());
    }

    private JsonNode plan(GatewayClient gateway, Uploader.Uploaded inputs) {
        return gateway.plan(job.document(inputs.tree(), selection.repeat()), owner);
    }

    private ObjectNode document(Optional<GatewayClient> gateway) {
        ObjectNode document = Report.object();
        ObjectNode inputs = document.putObject("inputs");
        inputs.put("files", job.inputs().files().size());
        gateway.ifPresent(it -> {
            Uploader.Uploaded missing = missing(it);
            inputs.put("missing", missing.sent());
            inputs.put("missingBytes", missing.sentBytes());
            document.setAll((ObjectNode) plan(it, missing));
        });
        return document;
    }
}
