package dev.millrace.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Forwards connections to a server and counts the bytes and requests that clients send. It can close one connection in the middle of a
 * transfer.
 */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final URI server;
    private final AtomicLong cutAfter;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean refusing;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile String refused = "\0";

    /** @param cutAfter the proxy closes one connection when clients have sent more than this many bytes; 0 for never */
    CuttingProxy(URI server, long cutAfter) throws IOException {
        this.server = server;
        this.cutAfter = new AtomicLong(cutAfter == 0 ? Long.MAX_VALUE : cutAfter);
        daemon(this::accept);
    }

    /** From now on, closes every connection on which a client sends a request line that contains {@code part}. */
    void refuse(String part) {
        refused = part;
    }

    /** Switches refusing on or off. Switching it on closes all connections; while it is on, new ones are closed immediately. */
    void refuseAll(boolean refusing) {
        this.refusing = refusing;
        if (refusing) {
            sockets.forEach(CuttingProxy::close);
            sockets.clear();
        }
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    long sentBytes() {
        return sent.get();
    }

    boolean hasCut() {
        return cutAfter.get() == Long.MAX_VALUE;
    }

    int mostConnections() {
        return mostOpen.get();
    }

    /** Returns how many requests had a request line that starts with {@code beginning}. */
    long requests(String beginning) {
        return requests.stream().filter(it -> it.startsWith(beginning)).count();
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                if (refusing) {
                    close(client);
                    continue;
                }
                var there = new Socket(server.getHost(), server.getPort());
                sockets.add(client);
                mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
                daemon(() -> pass(client, there, true));
                daemon(() -> pass(there, client, false));
            }
        } catch (IOException e) {
            if (!listening.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void pass(Socket from, Socket to, boolean ofClient) {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read = in.read(buffer);
            while (read >= 0 && (!ofClient || count(buffer, read))) {
                out.write(buffer, 0, read);
                read = in.read(buffer);
            }
        } catch (IOException e) {
            // One of the two sockets is closed, so the other one is closed too.
            return;
        } finally {
            sockets.remove(from);
            close(from);
            close(to);
            if (ofClient) {
                open.decrementAndGet();
            }
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Counts what a client sent, and returns whether to forward it. If not, the connection is closed. */
    private boolean count(byte[] buffer, int length) {
        String head = new String(buffer, 0, Math.min(length, 200), StandardCharsets.ISO_8859_1);
        if (head.matches("(?s)(GET|PUT|POST|HEAD) .*")) {
            String line = head.lines().findFirst().orElse("");
            requests.add(line);
            if (line.contains(refused)) {
                return false;
            }
        }
        long all = sent.addAndGet(length);
        if (all > cutAfter.get()) {
            cutAfter.set(Long.MAX_VALUE);
            return false;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
