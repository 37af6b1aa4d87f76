/** Live events: sends the dispatcher's decisions to any number of watchers, in order and from any cursor on. */
@NullMarked
package dev.millrace.gateway.live;

import org.jspecify.annotations.NullMarked;
