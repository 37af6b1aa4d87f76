package dev.millrace.artifact;

import dev.millrace.schemas.blob.Digest;
import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.GetPresignedObjectUrlArgs;
import io.minio.Http;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.StatObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Blobs in one S3 bucket under {@code blobs/ab/abcd…}. Blocking: callers run it on their own bounded pool. Thread-safe.
 * Trusts that bytes match their digest, which {@link BlobUploads} has checked.
 */
final class BlobStore {
    private static final long PART_BYTES = 16L << 20;
    private static final int PRESIGN_MINUTES = 15;

    private final StoredBlobs stored;
    private final MinioClient client;
    private final String bucket;

    BlobStore(ArtifactSettings settings) {
        this.client = MinioClient.builder()
                .endpoint(settings.s3Endpoint())
                .region(settings.s3Region())
                .credentials(settings.accessKey(), settings.secretKey())
                .build();
        client.setTimeout(TimeUnit.SECONDS.toMillis(5), TimeUnit.SECONDS.toMillis(30), TimeUnit.SECONDS.toMillis(30));
        this.bucket = settings.bucket();
        this.stored = new StoredBlobs(settings.rememberedBlobs());
    }

    /** Creates the bucket where it is missing. */
    void provision() throws IOException {
        call(() -> {
            if (!client.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())) {
                client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
            }
            return true;
        });
    }

    /** Whether a blob is there, or was a short while ago. */
    boolean contains(Digest digest) throws IOException {
        // Somebody else may have stored what was absent, so only a blob that is there is believed to be.
        return stored.isThere(digest, System.nanoTime()).orElse(false)
                || size(digest).isPresent();
    }

    /** Whether storing a blob would be for nothing; what was absent a short while ago is stored without asking again. */
    boolean needNotStore(Digest digest) throws IOException {
        Optional<Boolean> last = stored.isThere(digest, System.nanoTime());
        return last.isPresent() ? last.get() : size(digest).isPresent();
    }

    /** Size of a blob, or nothing when it is not there. */
    OptionalLong size(Digest digest) throws IOException {
        try {
            long size = call(() -> client.statObject(StatObjectArgs.builder()
                            .bucket(bucket)
                            .object(key(digest))
                            .build())
                    .size());
            stored.found(digest, true, System.nanoTime());
            return OptionalLong.of(size);
        } catch (AbsentException e) {
            stored.found(digest, false, System.nanoTime());
            return OptionalLong.empty();
        }
    }

    void put(Digest digest, InputStream bytes, long size) throws IOException {
        call(() -> client.putObject(
                PutObjectArgs.builder()
                        .bucket(bucket)
                        .object(key(digest))
                        .contentType("application/octet-stream")
                        .stream(bytes, size, size < 0 ? PART_BYTES : Math.max(PART_BYTES, 5L << 20))
                        .build()));
        stored.found(digest, true, System.nanoTime());
    }

    /** Bytes {@code offset} to {@code offset + length}; the caller closes the stream. */
    InputStream open(Digest digest, long offset, long length) throws IOException {
        return call(() -> {
            var args = GetObjectArgs.builder().bucket(bucket).object(key(digest));
            if (length > 0) {
                args.offset(offset).length(length);
            }
            return client.getObject(args.build());
        });
    }

    /** An address from which anyone may download the blob for 15 minutes, as an attachment. */
    String presign(Digest digest) throws IOException {
        return call(() -> client.getPresignedObjectUrl(GetPresignedObjectUrlArgs.builder()
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
