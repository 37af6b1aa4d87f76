package dev.millrace.platform.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * What a connection holds for a client that has not taken it yet. Vert.x closes a connection only after all of it was taken, and shows it to
 * nobody, so this reaches below its public interface (ADR 0065). Thread-safe.
 */
final class OutboundQueue {
    private final ChannelHandlerContext context;

    private OutboundQueue(ChannelHandlerContext context) {
        this.context = context;
    }

    static OutboundQueue of(HttpConnection connection) {
        return new OutboundQueue(((ConnectionBase) connection).channelHandlerContext());
    }

    /** Bytes that the client has not taken, beyond what the system keeps for it; the parts of one message count until all of it was taken. */
    long bytes() {
        ChannelOutboundBuffer queue = context.channel().unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    /** Closes the connection and drops what the client has not taken. */
    void cut() {
        // By the channel itself it would wait like the connection.
        var unused = context.close();
    }
}
