package dev.millrace.executor.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class InputRoomTest {
    private static final long MIB = 1 << 20;

    private final FakeDisk disk = new FakeDisk();
    private final InputRoom room = new InputRoom(disk, 100 * MIB);

    /** A disk whose free space is set by the test, with a cache that can give up space. */
    private static final class FakeDisk implements InputRoom.Disk {
        long free = 300 * MIB;
        long cached;
        long inUse;
        int given;

        @Override
        public long freeBytes() {
            return free;
        }

        @Override
        public long cachedBytes() {
            return cached + inUse;
        }

        @Override
        public void giveUp(long bytes) {
            given++;
            long some = Math.min(bytes, cached);
            cached -= some;
            free += some;
        }
    }

    private InputRoom.Reservation reserve(long mib) throws IOException {
        return room.reserve(new long[] {mib * MIB});
    }

    @Test
    void inTreeThatWouldLeaveLessThanIsToStayFreeShouldRefuseIt() throws Exception {
        reserve(200).close();

        assertThatThrownBy(() -> reserve(201))
                .isInstanceOf(NoRoomException.class)
                .hasMessage("the inputs take 201 MiB of the executor's disk; 300 MiB are free, 0 of them for"
                        + " other inputs and 100 to stay free (executor.minFreeBytes)");
    }

    @Test
    void inSeveralAtOnceShouldCountWhatTheOthersWillTake() throws Exception {
        InputRoom.Reservation first = room.reserve(new long[] {80 * MIB, 70 * MIB});
        assertThatThrownBy(() -> reserve(60)).hasMessageContaining("150 of them for other inputs");

        disk.free -= 80 * MIB;
        first.landed(0);
        assertThatThrownBy(() -> reserve(60)).hasMessageContaining("70 of them for other inputs");
        first.close();

        reserve(60).close();
        reserve(120).close();
    }

    @Test
    void inCacheThatMakesRoomShouldGiveUpAsMuchAsIsNeeded() throws Exception {
        disk.cached = 500 * MIB;

        reserve(250);

        assertThat(disk.cached).isEqualTo(450 * MIB);
    }

    @Test
    void inCacheThatCannotHelpShouldLeaveIt() {
        disk.cached = 100 * MIB;

        assertThatThrownBy(() -> reserve(400)).isInstanceOf(NoRoomException.class);

        assertThat(disk.given).isZero();
    }

    @Test
    void inCacheOfWhichTooMuchIsInUseShouldRefuseAndReserveNothing() throws Exception {
        disk.inUse = 500 * MIB;
        assertThatThrownBy(() -> reserve(250)).isInstanceOf(NoRoomException.class);

        reserve(200).close();
    }

    @Test
    void inNothingToFetchShouldAskForNoRoom() throws Exception {
        disk.free = 0;

        reserve(0).close();
    }

    @Test
    void inDiskThatOthersFillMeanwhileShouldEndTheDownload() throws Exception {
        InputRoom.Reservation reserved = reserve(150);
        try (reserved;
                var in = room.watched(new ByteArrayInputStream(new byte[20 << 20]))) {
            in.readNBytes(8 << 20);
            disk.free = 99 * MIB;

            assertThatThrownBy(() -> in.transferTo(new ByteArrayOutputStream()))
                    .isInstanceOf(NoRoomException.class)
                    .hasMessageContaining("99 MiB are free, executor.minFreeBytes is 100 MiB");
            assertThat(in.available()).isGreaterThan(10 << 20);
        }
    }

    @Test
    void inRoomThatIsThereAgainOnceTheCacheIsGivenUpShouldGoOn() throws Exception {
        disk.free = 50 * MIB;
        disk.cached = 100 * MIB;
        try (var in = room.watched(new ByteArrayInputStream(new byte[20 << 20]))) {
            assertThat(in.readAllBytes()).hasSize(20 << 20);
        }
    }
}
