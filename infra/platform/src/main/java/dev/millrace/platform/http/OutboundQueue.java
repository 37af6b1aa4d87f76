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
     * The state of a queue. It is another one whenever the client has taken something: pieces of the same size follow one another, so their
     * sum alone would not tell.
     *
     * @param bytes in messages that were not taken as a whole
     * @param message identity of the first one
     * @param taken bytes of it that were
     */
    record State(long bytes, int message, long taken) {
        boolean isEmpty() {
            return bytes == 0;
        }
    }

    /** Calls {@code look} with the state as it is then, on the connection's event loop. */
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

    /** Closes the connection and drops what the client has not taken. */
    void cut() {
        // By the channel itself it would wait like the connection.
        var unused = context.close();
    }
}
