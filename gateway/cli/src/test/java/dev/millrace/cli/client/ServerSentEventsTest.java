package dev.millrace.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.client.ServerSentEvents.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServerSentEventsTest {
    private static List<Event> read(String text) throws IOException {
        var read = new ArrayList<Event>();
        try (var events = new ServerSentEvents(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))) {
            for (Optional<Event> next = events.next(); next.isPresent(); next = events.next()) {
                read.add(next.get());
            }
        }
        return read;
    }

    @Test
    void readsEventsOneAfterTheOther() throws IOException {
        assertThat(read("id: 1\ndata: {\"a\":\"ä: b\"}\n\nid: 2\ndata:two\n\n"))
                .containsExactly(new Event("message", "{\"a\":\"ä: b\"}"), new Event("message", "two"));
    }

    @Test
    void joinsTheLinesOfOneEvent() throws IOException {
        assertThat(read("data: one\ndata: two\n\n")).containsExactly(new Event("message", "one\ntwo"));
    }

    @Test
    void leavesCommentsOut() throws IOException {
        assertThat(read(": still here\n\ndata: one\n: data: two\n\n")).containsExactly(new Event("message", "one"));
    }

    @Test
    void namesEvents() throws IOException {
        assertThat(read("event: end\ndata: {}\n\ndata: {}\n\n"))
                .containsExactly(new Event("end", "{}"), new Event("message", "{}"));
    }

    @Test
    void forgetsTheNameOfAnEventWithoutData() throws IOException {
        assertThat(read("event: end\n\ndata: {}\n\n")).containsExactly(new Event("message", "{}"));
    }

    @Test
    void leavesOutAnEventThatIsCutOff() throws IOException {
        assertThat(read("data: one\n\ndata: two\n")).containsExactly(new Event("message", "one"));
    }

    @Test
    void refusesALineWithoutEnd() {
        var endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                Arrays.fill(into, offset, offset + length, (byte) 'x');
                return length;
            }
        };
        try (var events = new ServerSentEvents(endless)) {
            assertThatThrownBy(events::next).isInstanceOf(IOException.class).hasMessageContaining("more than");
        }
    }
}
