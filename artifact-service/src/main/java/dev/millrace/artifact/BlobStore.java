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
 * Blobs in one S3 bucket under {@code blobs/ab/abcd…}. Blocking: callers run it on their own bounded pool. Thread-safe.
 * Trusts that bytes it is given match their digest, which {@link BlobUploads} has checked; those it gives out are checked again.
 */
final class BlobStore {
    /** The digest of no bytes. */
    private static final Digest NOTHING = Digest.of(new byte[0]);

    private static final int PRESIGN_MINUTES = 15;
    private static final long KEEP_ALIVE_S = 60;

    private final StoredBlobs stored;

    /** For questions, which have an overall deadline. */
    private final MinioClient questions;

    /** For the bytes of blobs, which may take as long as they keep coming. */
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

    /** As many connections as there are threads that wait for one: OkHttp would queue them without a deadline. */
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

    /** Creates the bucket where it is missing. */
    void provision() throws IOException {
        call(() -> {
            if (!questions.bucketExists(
                    BucketExistsArgs.builder().bucket(bucket).build())) {
                questions.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
            }
            return true;
        });
    }

    /** Whether a blob is there as far as is known, or was a short while ago; one found damaged is not. */
    boolean contains(Digest digest) throws IOException {
        StoredBlobs.Known known = stored.find(digest, System.nanoTime()).orElse(StoredBlobs.Known.ABSENT);
        // Somebody else may have stored what was absent, so that is asked again. A damaged blob is to be sent again;
        // to see whether
        // somebody else has repaired it would cost reading all of it, for a question that costs nothing.
        return switch (known) {
            case THERE -> true;
            case DAMAGED -> false;
            case ABSENT -> size(digest).isPresent();
        };
    }

    /** Size of a blob, or nothing when it is not there, or has lost all of its bytes. */
    OptionalLong size(Digest digest) throws IOException {
        try {
            long size = call(() -> questions
                    .statObject(StatObjectArgs.builder()
                            .bucket(bucket)
                            .object(key(digest))
                            .build())
                    .size());
            if (size == 0 && !digest.equals(NOTHING)) {
                // There are no bytes whose hash could be found wrong when they are sent.
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
     * Stores a blob, unless exactly these bytes are there: what is there is read and hashed, so that an upload repairs what was
     * lost, truncated or damaged. A blob that was absent a moment ago is stored without asking again.
     */
    void put(Blob blob) throws IOException {
        int size = blob.bytes().length;
        if (!isStored(blob.digest(), size)) {
            send(blob.digest(), args -> args.data(blob.bytes(), size));
        }
        stored.intact(blob.digest(), System.nanoTime());
    }

    /** The same for a file, which is sent as it is read, so that its size costs no memory. */
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
     * In one request, whose signature leaves the bytes out: a server that has to compare them with a signed hash first has to
     * hold them all. It compares them with the blob's digest instead, while they pass.
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

    /** Reads a blob whole and compares its hash. */
    private BlobState check(Digest digest) throws IOException {
        try (BlobCheck check = beginCheck(digest)) {
            while (check.readOn()) {
                // Until all is read.
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

    /** Remembers and returns the result of a check that has read all. */
    BlobState conclude(BlobCheck check) {
        BlobState found = check.result();
        if (found.condition() == BlobState.Condition.INTACT) {
            stored.intact(check.digest(), System.nanoTime());
        } else {
            damaged(check.digest());
        }
        return found;
    }

    /** Somebody read the blob and its bytes are wrong: it counts as missing until it is stored again. */
    void damaged(Digest digest) {
        stored.damaged(digest, System.nanoTime());
        damagedBlobs.increment();
    }

    /** All bytes of a blob, which fail at their end if they are not right; the caller closes the stream. */
    InputStream open(Digest digest, long size) throws IOException {
        return new VerifiedStream(raw(digest), digest, size);
    }

    private InputStream raw(Digest digest) throws IOException {
        return call(() -> transfers.getObject(
                GetObjectArgs.builder().bucket(bucket).object(key(digest)).build()));
    }

    /** An address from which anyone may download the blob for 15 minutes, as an attachment. */
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

    /** There is no such object. */
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
