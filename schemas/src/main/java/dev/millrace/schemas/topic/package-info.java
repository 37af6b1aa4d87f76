/** The topic catalogue: names, partitions, retention and partitioning in the one place code and provisioning share. */
@NullMarked
package dev.millrace.schemas.topic;

import org.jspecify.annotations.NullMarked;
