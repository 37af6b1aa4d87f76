package dev.millrace.executor.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DiskRoomTest {
    private static final long MIB = 1 << 20;

    private final List<String> said = new ArrayList<>();
    private final List<Long> floors = new ArrayList<>();
    private final FakeDisk disk = new FakeDisk();
    private final DiskRoom room = new DiskRoom(
            disk,
            Map.of(DiskUnit.BYTES, 100 * MIB, DiskUnit.FILES, 2_000L),
            said::add,
            () -> said.add("room"),
            (unit, free, floor) -> floors.add(floor));

    /** A disk whose free space is set by the test, with a cache that can give up space. */
    private static final class FakeDisk implements DiskRoom.Disk {
        long free = 1_000 * MIB;
        long files = 1_000_000;
        long cached;
        int asked;
        boolean broken;

        @Override
        public long free(DiskUnit unit) {
            return unit == DiskUnit.BYTES ? free : files;
        }

        @Override
        public boolean giveUp(DiskUnit unit, long bytes) throws IOException {
            asked++;
            if (broken) {
                throw new IOException("no space left");
            }
            long given = Math.min(bytes, cached);
            cached -= given;
            free += given;
            return given > 0;
        }
    }

    private void look(long freeMib) {
        disk.free = freeMib * MIB;
        room.run();
    }

    @Test
    void inEnoughShouldSayNothing() {
        look(100);

        assertThat(said).isEmpty();
        assertThat(disk.asked).isZero();
    }

    @Test
    void inCacheThatMakesRoomShouldGiveUpThatAndSayNothing() {
        disk.cached = 80 * MIB;

        look(40);

        assertThat(said).isEmpty();
        assertThat(disk.free).isEqualTo(100 * MIB);
    }

    @Test
    void inTooLittleShouldSayItOnceAndNotWaver() {
        look(99);
        look(98);
        look(101);
        look(124);
        assertThat(said).containsExactly("its disk is nearly full: 99 MiB left, executor.minFreeBytes is 100 MiB");

        look(125);
        look(120);

        assertThat(said).hasSize(2).last().isEqualTo("room");
    }

    @Test
    void inCacheThatCannotBeGivenUpShouldStepAsideAllTheSame() {
        disk.broken = true;

        look(10);

        assertThat(said).singleElement().asString().contains("10 MiB left");
    }

    @Test
    void inTooLittleOnceShouldBeRememberedForWhoRanThen() {
        long before = System.nanoTime();
        assertThat(room.wasShortSince(before)).isFalse();

        look(99);
        assertThat(room.wasShortSince(System.nanoTime())).isTrue();
        look(500);
        long after = System.nanoTime();

        assertThat(room.wasShortSince(before)).isTrue();
        assertThat(room.wasShortSince(after)).isFalse();
        disk.free = 99 * MIB;
        assertThat(room.wasShortSince(after)).isFalse();
        disk.free = 1_000;
        assertThat(room.wasShortSince(after)).isTrue();
    }

    @Test
    void inLessThanHalfOfWhatIsWantedShouldAskForReliefWithEveryLook() {
        look(50);
        assertThat(floors).isEmpty();

        look(49);
        look(48);
        look(60);

        assertThat(floors).containsExactly(50 * MIB, 50 * MIB);
    }

    @Test
    void inCacheThatMakesRoomShouldNotAskForRelief() {
        disk.cached = 80 * MIB;

        look(40);

        assertThat(floors).isEmpty();
    }

    @Test
    void inNothingToGiveUpShouldNotLookForItEveryTime() {
        for (int i = 0; i < 60; i++) {
            look(10);
        }

        assertThat(disk.asked).isBetween(2, 3);
    }

    @Test
    void inRoomForFewFilesShouldStepAsideAskForReliefAndRememberIt() {
        long before = System.nanoTime();
        disk.files = 1_500;
        room.run();
        assertThat(floors).isEmpty();

        disk.files = 999;
        room.run();
        assertThat(floors).containsExactly(1_000L);
        disk.files = 2_499;
        room.run();
        assertThat(said)
                .containsExactly("its disk has room for few more files: 1500 left, executor.minFreeFiles is 2000");

        disk.files = 2_500;
        room.run();

        assertThat(said).hasSize(2).last().isEqualTo("room");
        assertThat(room.wasShortSince(before)).isTrue();
    }

    @Test
    void inRoomForNoMoreFilesShouldBeShortBeforeTheNextLook() {
        assertThat(room.wasShortSince(System.nanoTime())).isFalse();

        disk.files = 3;

        assertThat(room.wasShortSince(System.nanoTime())).isTrue();
    }
}
