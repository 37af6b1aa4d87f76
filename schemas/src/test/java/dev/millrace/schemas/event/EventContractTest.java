package dev.millrace.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.millrace.schemas.Documents;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventContractTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/v1");
    private static final Path SCHEMAS = Path.of("src/main/resources/dev/millrace/schemas/events");

    private static Event sample(EventType type) {
        Event sample = Samples.all().get(type);
        assertThat(sample).as("a sample of %s", type).isNotNull();
        return sample;
    }

    private static Path golden(EventType type) {
        return GOLDEN.resolve(type.wireName() + ".json");
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void inEveryTypeShouldWriteItsGoldenFile(EventType type) throws Exception {
        JsonNode written = Json.MAPPER.readTree(EventCodec.toJson(sample(type)));

        Documents.assertUpToDate(golden(type), written.toPrettyString() + "\n");
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void inEveryTypeShouldReadItsGoldenFile(EventType type) throws Exception {
        Event read = EventCodec.readData(type, Files.readAllBytes(golden(type)));

        assertThat(read).isEqualTo(sample(type));
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void inEveryTypeShouldHaveTheSchemaItsRecordImplies(EventType type) throws Exception {
        ObjectNode schema = EventSchemas.of(type);

        Documents.assertUpToDate(SCHEMAS.resolve(type.wireName() + ".schema.json"), schema.toPrettyString() + "\n");
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void inEveryTypeShouldMatchItsOwnSchema(EventType type) throws Exception {
        var schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(SCHEMAS.resolve(type.wireName() + ".schema.json")));

        var problems = schema.validate(Files.readString(golden(type)), InputFormat.JSON);

        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void inEveryTypeShouldTravelAsCloudEvent(EventType type) throws Exception {
        EventEnvelope sent = EventCodec.envelope(
                "/millrace/test/1", Instant.parse("2026-01-01T00:00:00Z"), "00-ab-cd-01", sample(type));

        var record = EventCodec.encode(sent, 4);
        EventEnvelope received = EventCodec.decode(record.headers(), record.value());

        assertThat(received).isEqualTo(sent);
        assertThat(record.headers().lastHeader("ce_type").value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(type.wireName());
        assertThat(record.headers().lastHeader("ce_specversion").value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("1.0");
        assertThat(record.partition()).isBetween(0, 3);
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void inUnknownFieldShouldIgnoreIt(EventType type) throws Exception {
        ObjectNode json = (ObjectNode) Json.MAPPER.readTree(EventCodec.toJson(sample(type)));
        json.put("addedLater", 1);

        assertThat(EventCodec.readData(type, Json.MAPPER.writeValueAsBytes(json)))
                .isEqualTo(sample(type));
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void inMissingFieldShouldNameIt(EventType type) throws Exception {
        ObjectNode json = (ObjectNode) Json.MAPPER.readTree(EventCodec.toJson(sample(type)));
        String required = EventSchemas.of(type).path("required").get(0).asText();
        json.remove(required);

        assertThatThrownBy(() -> EventCodec.readData(type, Json.MAPPER.writeValueAsBytes(json)))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining(required);
    }

    @Test
    void inSameEventTwiceShouldHaveTheSameId() {
        Event event = sample(EventType.TASK_COMPLETED);

        var first = EventCodec.envelope("/a", Instant.EPOCH, null, event);
        var second = EventCodec.envelope("/b", Instant.MAX, "t", event);

        assertThat(first.id()).isEqualTo(second.id());
    }

    @Test
    void inForeignRecordsShouldSayWhatIsWrong() {
        assertThatThrownBy(() -> EventCodec.decode(new RecordHeaders(), null)).hasMessageContaining("no value");
        assertThatThrownBy(() -> EventCodec.decode(new RecordHeaders(), "x".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("not a CloudEvent");
        assertThatThrownBy(() -> EventCodec.decode(new RecordHeaders(), new byte[300_000]))
                .hasMessageContaining("300000 bytes");
    }
}
