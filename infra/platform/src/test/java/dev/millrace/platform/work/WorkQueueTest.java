package dev.millrace.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkQueueTest {
    private final WorkQueue<String> queue = new WorkQueue<>(3, 2);

    private List<String> startAll() {
        var started = new ArrayList<String>();
        for (Optional<String> next = queue.start(); next.isPresent(); next = queue.start()) {
            started.add(next.get());
        }
        return started;
    }

    @Test
    void aKeyWithMuchWorkLeavesRoomForOthers() {
        for (String work : List.of("a1", "a2", "a3", "a4")) {
            queue.add("a", work);
        }
        queue.add("b", "b1");

        assertThat(startAll()).containsExactlyInAnyOrder("a1", "a2", "b1");
    }

    @Test
    void keysTakeTurns() {
        queue.add("a", "a1");
        queue.add("a", "a2");
        queue.add("b", "b1");

        assertThat(startAll()).containsExactly("a1", "b1", "a2");
    }

    @Test
    void startsNoMoreThanMayRunInAll() {
        for (String key : List.of("a", "b", "c", "d")) {
            queue.add(key, key);
        }

        assertThat(startAll()).containsExactly("a", "b", "c");
    }

    @Test
    void goesOnOnceSomethingEnds() {
        for (String work : List.of("a1", "a2", "a3")) {
            queue.add("a", work);
        }
        startAll();

        queue.ended("a");

        assertThat(startAll()).containsExactly("a3");
    }

    @Test
    void keepsTheOrderWithinAKey() {
        queue.add("a", "first");
        queue.add("a", "second");

        assertThat(startAll()).containsExactly("first", "second");
    }

    @Test
    void whatIsRemovedDoesNotRunAndKeepsNobodyWaiting() {
        for (String work : List.of("a1", "a2", "a3", "a4")) {
            queue.add("a", work);
        }
        startAll();

        assertThat(queue.hasRoom("a")).isFalse();
        assertThat(queue.hasRoom("b")).isTrue();
        assertThat(queue.remove(it -> it.compareTo("a2") > 0)).containsExactly("a3", "a4");
        queue.ended("a");

        assertThat(queue.hasRoom("a")).isTrue();
        assertThat(startAll()).isEmpty();
    }
}
