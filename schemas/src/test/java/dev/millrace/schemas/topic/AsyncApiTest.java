package dev.millrace.schemas.topic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.schemas.Documents;
import dev.millrace.schemas.event.EventType;
import dev.millrace.schemas.json.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AsyncApiTest {
    private static final Path DOCUMENT = Path.of("src/main/resources/dev/millrace/schemas/asyncapi.yaml");

    @Test
    void inCatalogueShouldEqualTheAsyncApiDocument() throws Exception {
        String yaml = YAMLMapper.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .build()
                .writeValueAsString(document());

        Documents.assertUpToDate(
                DOCUMENT,
                "# Generated from the topic catalogue and the event registry; a test holds it to them.\n" + yaml);
    }

    private static ObjectNode document() {
        ObjectNode root = Json.MAPPER.createObjectNode();
        root.put("asyncapi", "3.0.0");
        root.putObject("info")
                .put("title", "Millrace topics")
                .put("version", "1.0.0")
                .put(
                        "description",
                        "Events as CloudEvents 1.0 in Kafka binary mode. Read committed: that is part of the contract.");
        root.put("defaultContentType", "application/json");
        ObjectNode channels = root.putObject("channels");
        ObjectNode operations = root.putObject("operations");
        for (Topic topic : Topic.values()) {
            ObjectNode channel = channels.putObject(topic.name().toLowerCase(java.util.Locale.ROOT));
            channel.put("address", topic.topicName());
            channel.put(
                    "description",
                    topic.purpose() + " Partitioned by "
                            + topic.partitioning().name().toLowerCase(java.util.Locale.ROOT) + ", kept "
                            + topic.retention() + ".");
            ObjectNode messages = channel.putObject("messages");
            for (EventType type : TopicEvents.on(topic)) {
                messages.putObject(type.wireName()).put("$ref", "#/components/messages/" + type.wireName());
            }
            ObjectNode operation =
                    operations.putObject("receive_" + topic.name().toLowerCase(java.util.Locale.ROOT));
            operation.put("action", "receive");
            operation
                    .putObject("channel")
                    .put("$ref", "#/channels/" + topic.name().toLowerCase(java.util.Locale.ROOT));
        }
        ObjectNode messages = root.putObject("components").putObject("messages");
        for (EventType type : EventType.values()) {
            ObjectNode message = messages.putObject(type.wireName());
            message.put("name", type.wireName());
            message.putObject("payload").put("$ref", "events/" + type.wireName() + ".schema.json");
        }
        return root;
    }
}
