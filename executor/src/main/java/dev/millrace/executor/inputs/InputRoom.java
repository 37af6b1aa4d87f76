package dev.millrace.executor.inputs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Keeps inputs from filling a disk on which others write too. Room for an attempt's inputs is reserved before a byte of them is fetched,
 * and counts until it is on the disk. Since others fill the disk meanwhile, and nobody knows the size of a blob for sure before it
 * is there, the disk is looked at again while bytes come in. Thread-safe.
 */
final class InputRoom {
    /** A look costs a call of the system; so much may come in between two, for each download. */
    static final int LOOK_EVERY_BYTES = 1 << 20;

    private static final int MIB = 20;

    /** The disk with the cache on it. */
    public interface Disk {
        long freeBytes() throws IOException;

        /** The bytes that giving up all of the cache would free, at most. */
        long cachedBytes() throws IOException;

        /** Gives up so much of the cache, if there is so much that nobody uses. */
        void giveUp(long bytes) throws IOException;
    }

    private final Disk disk;
    private final long minFreeBytes;
    private long reserved;

    InputRoom(Disk disk, long minFreeBytes) {
        this.disk = disk;
        this.minFreeBytes = minFreeBytes;
    }

    /** Room for the files of a tree; closed when they are there, or will not be. */
    final class Reservation implements AutoCloseable {
        private final long[] bytes;
        private long left;

        private Reservation(long[] bytes) {
            this.bytes = bytes;
            this.left = InputBytes.total(bytes);
        }

        /** One of them is there, and the disk shows that by itself. */
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
     * Reserves what a tree will take, beside what others have reserved. The cache is given up for it where that can help.
     *
     * @param bytes entry by entry
     * @throws NoRoomException when there is too little room; nothing is reserved then
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
     * Looks whether so much may be written now, and gives up the cache for it.
     *
     * @throws NoRoomException when less than what is to stay free would be left
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

    /** Watches a stream whose bytes are about to be written. */
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
