/**
 * The artifact service: keeps blobs and trees in S3 under their digests. It alone holds the credentials to write to S3. It stores bytes
 * only under the digest that they have.
 */
@NullMarked
package dev.millrace.artifact;

import org.jspecify.annotations.NullMarked;
