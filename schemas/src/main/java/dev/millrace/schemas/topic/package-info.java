/** The topic catalogue: names, retention and partitioning of all topics. Code and provisioning both use it. */
@NullMarked
package dev.millrace.schemas.topic;

import org.jspecify.annotations.NullMarked;
