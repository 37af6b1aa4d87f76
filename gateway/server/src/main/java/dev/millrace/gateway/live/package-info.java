/** Live events: the dispatcher's decisions in their order, from any cursor on, to any number of watchers. */
@NullMarked
package dev.millrace.gateway.live;

import org.jspecify.annotations.NullMarked;
