package dev.millrace.artifact;

import dev.millrace.platform.blob.BlobState;
import dev.millrace.platform.blob.VerifiedStream;
import dev.millrace.schemas.blob.Digest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.minio.BucketExistsArgs;
import io.minio.Checksum;
import io.minio.GetObjectArgs;
import io.minio.GetPresignedObjectUrlArgs;
import io.minio.Http;
import io.minio.MakeBucketArgs;
import io.minio.MinioAsyncClient;
import io.minio.MinioClient;
import io.minio.PutObjectAPIArgs;
import io.minio.StatObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/**
 * Blobs in one S3 bucket under {@code blobs/ab/abcd…}. Blocks, so callers run it on their own bounded pool. Thread-safe. It trusts that the
 * bytes to be stored match their digest, which {@link BlobUploads} has checked. Bytes that it reads from S3 are checked again.
 */
final class BlobStore {
    /** The digest of an empty blob. */
    private static final Digest NOTHING = Digest.of(new byte[0]);

    private static final int PRESIGN_MINUTES = 15;
    private static final long KEEP_ALIVE_S = 60;

    private final StoredBlobs stored;

    /** For requests without the bytes of a blob. Each has a deadline for the whole call. */
    private final MinioClient questions;

    /** For requests with the bytes of a blob. They may take any time as long as bytes keep moving. */
    private final MinioClient transfers;

    private final MinioAsyncClient uploads;

    private final String bucket;
    private final Counter damagedBlobs;

    BlobStore(ArtifactSettings settings, MeterRegistry metrics) {
        OkHttpClient http = http(settings);
        this.transfers = minio(settings, http);
        this.uploads = MinioAsyncClient.builder()
                .endpoint(settings.s3Endpoint())
                .region(settings.s3Region())
                .credentials(settings.accessKey(), settings.secretKey())
                .httpClient(http)
                .build();
        this.questions = minio(
                settings,
                http.newBuilder()
                        .callTimeout(Duration.ofMillis(settings.s3DeadlineMs()))
                        .build());
        this.bucket = settings.bucket();
        this.stored = new StoredBlobs(settings.rememberedBytes(), Duration.ofMillis(settings.rememberedMs()));
        this.damagedBlobs = Counter.builder("artifacts.damaged")
                .description("stored objects whose bytes did not match their digest when they were read")
                .register(metrics);
    }

    private static MinioClient minio(ArtifactSettings settings, OkHttpClient http) {
        return MinioClient.builder()
                .endpoint(settings.s3Endpoint())
                .region(settings.s3Region())
                .credentials(settings.accessKey(), settings.secretKey())
                .httpClient(http)
                .build();
    }

    /**
     * Returns a client that allows as many calls as there are threads that make them. OkHttp would queue further calls without a deadline.
     */
    private static OkHttpClient http(ArtifactSettings settings) {
        int calls = Pools.threads(settings);
        var dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(calls);
        dispatcher.setMaxRequestsPerHost(calls);
        return new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool(calls, KEEP_ALIVE_S, TimeUnit.SECONDS))
                .protocols(List.of(Protocol.HTTP_1_1))
                .connectTimeout(Duration.ofMillis(settings.s3ConnectMs()))
                .readTimeout(Duration.ofMillis(settings.s3StallMs()))
                .writeTimeout(Duration.ofMillis(settings.s3StallMs()))
                .build();
    }

    /** Creates the bucket if it is missing. */
    void provision() throws IOException {
        call(() -> {
            if (!questions.bucketExists(
                    BucketExistsArgs.builder().bucket(bucket).build())) {
                questions.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
            }
            return true;
        });
    }

    /** Returns whether a blob is stored, or was stored a short while ago. A blob that was found damaged counts as not stored. */
    boolean contains(Digest digest) throws IOException {
        StoredBlobs.Known known = stored.find(digest, System.nanoTime()).orElse(StoredBlobs.Known.ABSENT);
        // If the blob was absent, another process may have stored it since, so S3 is asked again. A damaged blob counts
        // as missing, so that clients send it again. To find out whether another process has repaired it, the whole
        // blob would have to be read, which is too expensive for this query.
        return switch (known) {
            case THERE -> true;
            case DAMAGED -> false;
            case ABSENT -> size(digest).isPresent();
        };
    }

    /** Returns the size of a blob; empty if it is not stored or has lost all of its bytes. */
    OptionalLong size(Digest digest) throws IOException {
        try {
            long size = call(() -> questions
                    .statObject(StatObjectArgs.builder()
                            .bucket(bucket)
                            .object(key(digest))
                            .build())
                    .size());
            if (size == 0 && !digest.equals(NOTHING)) {
                // An empty object has no bytes, so nothing would be found wrong when it is sent.
                damaged(digest);
                return OptionalLong.empty();
            }
            stored.looked(digest, true, System.nanoTime());
            return OptionalLong.of(size);
        } catch (AbsentException e) {
            stored.looked(digest, false, System.nanoTime());
            return OptionalLong.empty();
        }
    }

    /**
     * Stores a blob unless exactly these bytes are already stored. A stored object of the same size is read and hashed, so that an upload
     * repairs a blob that was lost, truncated or damaged. A blob that was absent or damaged a short while ago is stored without asking S3
     * first.
     */
    void put(Blob blob) throws IOException {
        int size = blob.bytes().length;
        if (!isStored(blob.digest(), size)) {
            send(blob.digest(), args -> args.data(blob.bytes(), size));
        }
        stored.intact(blob.digest(), System.nanoTime());
    }

    /** Stores the blob in a file, in the same way. The file is sent while it is read, so a large file takes no more memory. */
    void put(Digest digest, Path file) throws IOException {
        long size = Files.size(file);
        if (!isStored(digest, size)) {
            try (var bytes = new RandomAccessFile(file.toFile(), "r")) {
                send(digest, args -> args.file(bytes, size));
            }
        }
        stored.intact(digest, System.nanoTime());
    }

    private boolean isStored(Digest digest, long size) throws IOException {
        boolean absent = stored.find(digest, System.nanoTime())
                .filter(it -> it != StoredBlobs.Known.THERE)
                .isPresent();
        return !absent && isIntact(digest, size);
    }

    /**
     * Sends the bytes in one request whose signature does not cover them. With a signed hash, the server would have to hold all bytes
     * before it could compare them. Here the request carries the blob's digest as a checksum, and the server compares it while the bytes
     * arrive.
     */
    private void send(Digest digest, Consumer<PutObjectAPIArgs.Builder> bytes) throws IOException {
        var headers = new Http.Headers();
        headers.put(Http.Headers.X_AMZ_CONTENT_SHA256, Checksum.UNSIGNED_PAYLOAD);
        headers.put(Http.Headers.X_AMZ_SDK_CHECKSUM_ALGORITHM, Checksum.Algorithm.SHA256.toString());
        headers.put(
                Http.Headers.X_AMZ_CHECKSUM_SHA256,
                Base64.getEncoder().encodeToString(HexFormat.of().parseHex(digest.hex())));
        var args = PutObjectAPIArgs.builder()
                .bucket(bucket)
                .object(key(digest))
                .contentType("application/octet-stream")
                .headers(headers);
        bytes.accept(args);
        call(() -> await(uploads.putObject(args.build())));
    }

    private static <T> T await(CompletableFuture<T> answer) throws MinioException {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MinioException("interrupted");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof MinioException known ? known : new MinioException(e.getCause());
        }
    }

    private boolean isIntact(Digest digest, long size) throws IOException {
        OptionalLong there = size(digest);
        return there.isPresent()
                && there.getAsLong() == size
                && check(digest).condition() == BlobState.Condition.INTACT;
    }

    /** Reads the whole blob and compares its hash with its digest. */
    private BlobState check(Digest digest) throws IOException {
        try (BlobCheck check = beginCheck(digest)) {
            while (check.readOn()) {
                // Repeat until the whole blob is read.
            }
            return conclude(check);
        } catch (AbsentException e) {
            return BlobState.MISSING;
        }
    }

    /** @throws AbsentException when there is no such blob */
    BlobCheck beginCheck(Digest digest) throws IOException {
        try {
            return new BlobCheck(digest, raw(digest));
        } catch (AbsentException e) {
            stored.looked(digest, false, System.nanoTime());
            throw e;
        }
    }

    /** Remembers and returns the result of a check that has read the whole blob. */
    BlobState conclude(BlobCheck check) {
        BlobState found = check.result();
        if (found.condition() == BlobState.Condition.INTACT) {
            stored.intact(check.digest(), System.nanoTime());
        } else {
            damaged(check.digest());
        }
        return found;
    }

    /** Records that the blob was read and that its bytes are wrong. It counts as missing until it is stored again. */
    void damaged(Digest digest) {
        stored.damaged(digest, System.nanoTime());
        damagedBlobs.increment();
    }

    /**
     * Returns a stream of all bytes of a blob, which fails at its end if the bytes do not match the digest. The caller closes the stream.
     */
    InputStream open(Digest digest, long size) throws IOException {
        return new VerifiedStream(raw(digest), digest, size);
    }

    private InputStream raw(Digest digest) throws IOException {
        return call(() -> transfers.getObject(
                GetObjectArgs.builder().bucket(bucket).object(key(digest)).build()));
    }

    /** Returns an address from which anyone may download the blob as an attachment for 15 minutes. */
    String presign(Digest digest) throws IOException {
        return call(() -> questions.getPresignedObjectUrl(GetPresignedObjectUrlArgs.builder()
                .method(Http.Method.GET)
                .bucket(bucket)
                .object(key(digest))
                .expiry(PRESIGN_MINUTES, TimeUnit.MINUTES)
                .extraQueryParams(new Http.QueryParameters(Map.of("response-content-disposition", "attachment")))
                .build()));
    }

    private static String key(Digest digest) {
        return "blobs/" + digest.hex().substring(0, 2) + "/" + digest.hex();
    }

    /** Thrown when there is no such object. */
    static final class AbsentException extends IOException {
        AbsentException(String message) {
            super(message);
        }
    }

    private interface S3Call<T> {
        T run() throws MinioException;
    }

    private static <T> T call(S3Call<T> call) throws IOException {
        try {
            return call.run();
        } catch (ErrorResponseException e) {
            if (e.response().code() == 404) {
                throw new AbsentException(String.valueOf(e.getMessage()));
            }
            throw new IOException("S3 refused: " + e.getMessage(), e);
        } catch (MinioException e) {
            throw new IOException("S3 does not answer: " + e.getMessage(), e);
        }
    }
}
