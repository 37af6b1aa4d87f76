package dev.millrace.executor.inputs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Prevents inputs from filling a disk to which others write too. Disk space for an attempt's inputs is reserved before any of them is
 * fetched. The reservation for a file ends when the file is on the disk. Others may fill the disk meanwhile, and the size of a blob is
 * certain only after its download. Therefore the free space is checked again while bytes come in. Thread-safe.
 */
final class InputRoom {
    /** How many bytes of each download may come in between two checks of the free space, because each check costs a system call. */
    static final int LOOK_EVERY_BYTES = 1 << 20;

    private static final int MIB = 20;

    /** The disk with the cache on it. */
    public interface Disk {
        long freeBytes() throws IOException;

        /** Returns an upper estimate of the bytes that deleting the whole cache would free. */
        long cachedBytes() throws IOException;

        /** Deletes {@code bytes} of the cache, or less if less is unused. */
        void giveUp(long bytes) throws IOException;
    }

    private final Disk disk;
    private final long minFreeBytes;
    private long reserved;

    InputRoom(Disk disk, long minFreeBytes) {
        this.disk = disk;
        this.minFreeBytes = minFreeBytes;
    }

    /** Disk space that is reserved for the files of a tree. Closed when all files are on the disk, or no more will come. */
    final class Reservation implements AutoCloseable {
        private final long[] bytes;
        private long left;

        private Reservation(long[] bytes) {
            this.bytes = bytes;
            this.left = InputBytes.total(bytes);
        }

        /** Ends the reservation for one entry. Its file is on the disk now, so the free space of the disk already takes it into account. */
        void landed(int entry) {
            give(bytes[entry]);
        }

        private void give(long some) {
            synchronized (InputRoom.this) {
                reserved -= some;
                left -= some;
            }
        }

        @Override
        public void close() {
            give(left);
        }
    }

    /**
     * Reserves the disk space that a tree will take, in addition to all other reservations. Deletes cached files for this if that can help.
     *
     * @param bytes the bytes of each entry
     * @throws NoRoomException if too little disk space is free; nothing is reserved in this case
     */
    synchronized Reservation reserve(long[] bytes) throws IOException {
        long total = InputBytes.total(bytes);
        if (total > 0) {
            long wanted = minFreeBytes + reserved;
            long free = disk.freeBytes();
            if (free - wanted < total && free - wanted + disk.cachedBytes() >= total) {
                disk.giveUp(total + wanted - free);
                free = disk.freeBytes();
            }
            if (free - wanted < total) {
                throw new NoRoomException("the inputs take " + (total >> MIB) + " MiB of the executor's disk; "
                        + (free >> MIB) + " MiB are free, " + (reserved >> MIB) + " of them for other inputs and "
                        + (minFreeBytes >> MIB) + " to stay free (executor.minFreeBytes)");
            }
            reserved += total;
        }
        return new Reservation(bytes);
    }

    /**
     * Checks that {@code bytes} may be written now. Deletes cached files for this if necessary.
     *
     * @throws NoRoomException if less than the required minimum would stay free
     */
    void require(long bytes) throws IOException {
        long free = disk.freeBytes();
        if (free - minFreeBytes < bytes) {
            disk.giveUp(bytes + minFreeBytes - free);
            free = disk.freeBytes();
        }
        if (free - minFreeBytes < bytes) {
            throw new NoRoomException("the executor's disk became nearly full while inputs came in: " + (free >> MIB)
                    + " MiB are free, executor.minFreeBytes is " + (minFreeBytes >> MIB) + " MiB");
        }
    }

    /** Returns a stream that checks the free space while it is read, because its bytes are about to be written. */
    InputStream watched(InputStream in) {
        return new FilterInputStream(in) {
            private long allowed;

            @Override
            public int read() throws IOException {
                int value = super.read();
                count(value < 0 ? 0 : 1);
                return value;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                int read = super.read(bytes, from, length);
                count(read);
                return read;
            }

            private void count(int read) throws IOException {
                allowed -= Math.max(0, read);
                if (allowed < 0) {
                    require(0);
                    allowed += LOOK_EVERY_BYTES;
                }
            }
        };
    }
}
