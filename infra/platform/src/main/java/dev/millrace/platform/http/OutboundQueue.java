package dev.millrace.platform.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.function.Consumer;

/**
 * The bytes that a connection holds until its client reads them. Vert.x closes a connection only after the client has read all of them, and
 * does not publish their number, so this class uses Netty's channel below Vert.x's public interface (ADR 0065). Thread-safe.
 */
final class OutboundQueue {
    private final ChannelHandlerContext context;

    private OutboundQueue(ChannelHandlerContext context) {
        this.context = context;
    }

    static OutboundQueue of(HttpConnection connection) {
        return new OutboundQueue(((ConnectionBase) connection).channelHandlerContext());
    }

    /**
     * The state of a queue. Two states differ if the client has read something in between. The number of bytes alone would not show this,
     * since pieces of the same size follow one another.
     *
     * @param bytes total size of the messages that the client has not read completely
     * @param message identity hash code of the first of these messages
     * @param taken how many bytes of that message the client has read
     */
    record State(long bytes, int message, long taken) {
        boolean isEmpty() {
            return bytes == 0;
        }
    }

    /** Calls {@code look} on the connection's event loop, with the state of the queue at that time. */
    void look(Consumer<State> look) {
        context.executor().execute(() -> {
            ChannelOutboundBuffer queue = context.channel().unsafe().outboundBuffer();
            look.accept(
                    queue == null
                            ? new State(0, 0, 0)
                            : new State(
                                    queue.totalPendingWriteBytes(),
                                    System.identityHashCode(queue.current()),
                                    queue.currentProgress()));
        });
    }

    /** Closes the connection and drops the data that the client has not read. */
    void cut() {
        // Closing the channel itself would wait for the data, as closing the connection does.
        var unused = context.close();
    }
}
