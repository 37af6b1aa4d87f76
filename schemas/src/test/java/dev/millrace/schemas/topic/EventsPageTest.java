package dev.millrace.schemas.topic;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.Documents;
import dev.millrace.schemas.event.EventSchemas;
import dev.millrace.schemas.event.EventType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Checks that the page about events agrees with the event records: with their Javadoc, their fields and their topics. */
class EventsPageTest {
    private static final Path PAGE = Path.of("../docs/events.md");
    private static final Path RECORDS = Path.of("src/main/java/dev/millrace/schemas/event");
    private static final Pattern JAVADOC = Pattern.compile(
            "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+(?:\\([^)]*\\))?\\s*)*public record", Pattern.DOTALL);
    private static final Pattern INLINE_TAG = Pattern.compile("\\{@(?:code|link) ([^}]*)}");

    @Test
    void inRecordsShouldEqualTheEventsPage() throws Exception {
        Documents.assertUpToDate(PAGE, page());
    }

    private static String page() throws IOException {
        var page = new StringBuilder(
                """
                # Events

                Generated from the event records by `EventsPageTest`. Each event is a CloudEvent in Kafka's binary mode; its type is the name below
                between `dev.millrace.` and `.v1`. Read the topics with `isolation.level=read_committed`. A field in *italics* can be absent.
                [The AsyncAPI document](../schemas/src/main/resources/dev/millrace/schemas/asyncapi.yaml) refers to a JSON Schema for each event.
                Programs that only need results read `millrace.completions.v1`: its events keep their meaning between versions.
                """);
        for (Topic topic : Topic.values()) {
            page.append("\n## `%s`\n%s %s\n".formatted(topic.topicName(), topic.purpose(), kept(topic)));
            List<EventType> types = TopicEvents.on(topic);
            if (types.isEmpty()) {
                page.append(
                        "\nIts records are copies of the records that could not be handled, with the reason in headers.\n");
                continue;
            }
            page.append("\n| Event | Means | Fields |\n|---|---|---|\n");
            for (EventType type : types) {
                page.append("| `%s` | %s | %s |\n".formatted(shortName(type), meaning(type), fields(type)));
            }
        }
        return page.toString();
    }

    private static String kept(Topic topic) {
        String partition = topic.partitioning() == Topic.Partitioning.POOL
                ? "All records of a pool are in one partition."
                : "The record key selects the partition.";
        String embedded = topic.unlimitedWhenEmbedded() ? "; the embedded stack keeps them without limit" : "";
        return "%s Records are kept for %s%s.".formatted(partition, words(topic.retention()), embedded);
    }

    private static String words(Duration time) {
        if (time.toDays() > 0) {
            return time.toDays() + (time.toDays() == 1 ? " day" : " days");
        }
        return time.toHours() + (time.toHours() == 1 ? " hour" : " hours");
    }

    private static String shortName(EventType type) {
        return type.wireName().replaceFirst("^dev\\.millrace\\.", "").replaceFirst("\\.v1$", "");
    }

    private static String meaning(EventType type) throws IOException {
        String source = Files.readString(RECORDS.resolve(type.recordClass().getSimpleName() + ".java"));
        Matcher javadoc = JAVADOC.matcher(source);
        if (!javadoc.find()) {
            throw new IllegalStateException(type.recordClass() + " has no Javadoc");
        }
        String text = javadoc.group(1).replaceAll("\\s*\\n\\s*\\*?[ ]?", " ").split(" @param")[0];
        return INLINE_TAG
                .matcher(text)
                .replaceAll((MatchResult tag) -> Matcher.quoteReplacement("`" + tag.group(1) + "`"))
                .strip();
    }

    private static String fields(EventType type) {
        JsonNode schema = EventSchemas.of(type);
        var required = new ArrayList<String>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        var names = new ArrayList<String>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        return names.stream()
                .map(name -> required.contains(name) ? "`" + name + "`" : "*" + name + "*")
                .collect(joining(", "));
    }
}
