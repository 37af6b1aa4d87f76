package dev.millrace.loadtest;

import dev.millrace.cli.spec.DigestCache;
import dev.millrace.cli.spec.LocalInputs;
import dev.millrace.cli.spec.Uploader;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.spec.InputMapping;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.UploadObjectArgs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Measures the upload of 2,474 files with 190 MiB in total. Like a project's libraries and classes, a few files are large and many are
 * small, and half of the files are compressible. It compares the first upload with a plain S3 client that puts files of the same sizes with
 * 16 requests in flight. The two take turns in going first, and the bytes are different each time. Then it measures an upload after one
 * file was replaced by 517 KiB of new bytes.
 */
final class Uploads {
    private static final int FILES = 2_474;
    private static final long BYTES = 190L << 20;
    private static final int CHANGED_BYTES = 517 * 1024;
    private static final int IN_FLIGHT = 16;
    private static final int WARM_UP = 1;

    private final Path directory;
    private final BlobClient blobs;
    private final MinioClient s3;
    private int seed;

    private Uploads(Path directory, BlobClient blobs, MinioClient s3) {
        this.directory = directory;
        this.blobs = blobs;
        this.s3 = s3;
    }

    /**
     * @param args working directory, address of the artifact service, S3 endpoint, file with the S3 credentials, number of measured pairs
     */
    public static void main(String[] args) throws Exception {
        List<String> credentials = Files.readAllLines(Path.of(args[3]));
        MinioClient s3 = MinioClient.builder()
                .endpoint(args[2])
                .region("us-east-1")
                .credentials(credentials.get(0), credentials.get(1))
                .build();
        new Uploads(Path.of(args[0]), new BlobClient(URI.create(args[1])), s3).measure(Integer.parseInt(args[4]));
    }

    private void measure(int pairs) throws Exception {
        s3.makeBucket(MakeBucketArgs.builder().bucket("plain").build());
        var cold = new ArrayList<Long>();
        var plain = new ArrayList<Long>();
        var again = new ArrayList<Long>();
        for (int i = -WARM_UP; i < pairs; i++) {
            Path ours = fill("ours" + i);
            Path theirs = fill("theirs" + i);
            long first = i % 2 == 0 ? upload(ours) : put(theirs, i);
            long second = i % 2 == 0 ? put(theirs, i) : upload(ours);
            long changed = change(ours);
            if (i >= 0) {
                cold.add(i % 2 == 0 ? first : second);
                plain.add(i % 2 == 0 ? second : first);
                again.add(changed);
            }
            System.out.printf(
                    "%s  %d ms, %d ms, changed %d ms%n", i % 2 == 0 ? "ours, S3" : "S3, ours", first, second, changed);
        }
        System.out.printf(
                "medians of %d pairs: cold %d ms, plain S3 client %d ms, which is %.2f of its rate; %d KiB changed: %d ms%n",
                pairs,
                median(cold),
                median(plain),
                (double) median(plain) / median(cold),
                CHANGED_BYTES >> 10,
                median(again));
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /**
     * Creates the files in a new directory. Their sizes are the same each time, but their bytes are not. Their modification times are one
     * hour in the past.
     */
    private Path fill(String name) throws IOException {
        var sizes = new Random(1);
        var bytes = new Random(1_000 + seed++);
        Path base = Files.createDirectories(directory.resolve(name));
        double[] weights = new double[FILES];
        for (int i = 0; i < FILES; i++) {
            weights[i] = Math.exp(1.8 * sizes.nextGaussian());
        }
        double total = Arrays.stream(weights).sum();
        for (int i = 0; i < FILES; i++) {
            byte[] content = new byte[(int) Math.max(1, weights[i] / total * BYTES)];
            bytes.nextBytes(content);
            if (i % 2 == 0) {
                for (int at = 0; at < content.length; at++) {
                    content[at] = (byte) "abcdefgh".charAt(content[at] & 7);
                }
            }
            Path file = Files.createDirectories(base.resolve("d" + i % 40)).resolve("f" + i);
            Files.write(file, content);
        }
        return base;
    }

    private long upload(Path files) {
        long began = System.nanoTime();
        LocalInputs inputs = LocalInputs.collect(files, List.of(new InputMapping(".", "in")));
        new Uploader(blobs, DigestCache.open(directory.resolve("digests"), Clock.systemUTC())).upload(inputs);
        return (System.nanoTime() - began) / 1_000_000;
    }

    /**
     * Waits until the digest cache accepts the files as unchanged, uploads them again to fill the cache, replaces one file by new bytes,
     * and returns how long the upload then takes in milliseconds.
     */
    private long change(Path files) throws Exception {
        Thread.sleep(2_500);
        upload(files);
        byte[] content = new byte[CHANGED_BYTES];
        new Random(seed++).nextBytes(content);
        Files.write(files.resolve("d0").resolve("f0"), content);
        return upload(files);
    }

    private long put(Path files, int pair) throws Exception {
        long began = System.nanoTime();
        List<Path> all;
        try (Stream<Path> walk = Files.walk(files)) {
            all = walk.filter(Files::isRegularFile).toList();
        }
        ExecutorService pool = Executors.newFixedThreadPool(IN_FLIGHT);
        try {
            var puts = new ArrayList<Callable<Object>>();
            for (Path file : all) {
                puts.add(() -> s3.uploadObject(UploadObjectArgs.builder()
                        .bucket("plain")
                        .object(pair + "/" + files.relativize(file))
                        .filename(file.toString())
                        .build()));
            }
            for (Future<Object> put : pool.invokeAll(puts)) {
                put.get();
            }
        } finally {
            pool.shutdown();
        }
        return (System.nanoTime() - began) / 1_000_000;
    }
}
