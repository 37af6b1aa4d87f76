package dev.millrace.executor.inputs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Platform;
import jnr.ffi.annotations.Out;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how many more files can be created on a file system, which the JDK does not tell. Thread-safe. */
public final class FreeFiles {
    /** The answer for a file system without a fixed limit on files, such as btrfs, or one that does not tell the limit. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger(FreeFiles.class);

    /** A size that is larger than {@code struct statvfs} on any system. */
    private static final int STRUCT_BYTES = 256;

    /** The offsets of {@code f_files} and {@code f_favail} in the struct on 64-bit Linux, with any C library and processor. */
    private static final int FILES_AT = 40;

    private static final int AVAILABLE_AT = 56;

    private static final @Nullable CLibrary NATIVE = load();

    private FreeFiles() {}

    /** The function of the C library. Public, since the code that calls it is generated elsewhere. */
    public interface CLibrary {
        int statvfs(CharSequence path, @Out byte[] struct);
    }

    private static @Nullable CLibrary load() {
        try {
            Platform platform = Platform.getNativePlatform();
            return platform.getOS() == Platform.OS.LINUX && platform.is64Bit()
                    ? LibraryLoader.create(CLibrary.class).load(platform.getStandardCLibraryName())
                    : null;
        } catch (RuntimeException | LinkageError e) {
            LOG.atWarn().addKeyValue("cause", e).log("nobody looks at how many files the executor's disk has room for");
            return null;
        }
    }

    /**
     * Returns the number of files that are still available. Some file systems without a limit, such as CephFS, report how many files exist
     * and the largest number as available.
     */
    static long of(long all, long available) {
        return all <= 0 || available < 0 ? UNLIMITED : available;
    }

    /**
     * Returns how many more files can be created on the file system of {@code directory}.
     *
     * @throws IOException if the file system does not answer
     */
    public static long of(Path directory) throws IOException {
        CLibrary library = NATIVE;
        if (library == null) {
            return UNLIMITED;
        }
        var struct = new byte[STRUCT_BYTES];
        if (library.statvfs(directory.toString(), struct) != 0) {
            throw new IOException("the file system of " + directory + " does not say how many files it has room for");
        }
        ByteBuffer fields = ByteBuffer.wrap(struct).order(ByteOrder.nativeOrder());
        return of(fields.getLong(FILES_AT), fields.getLong(AVAILABLE_AT));
    }
}
