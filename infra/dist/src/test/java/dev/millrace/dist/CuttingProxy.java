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

/** Passes connections on to a server, counts what clients send, and may cut one of them in the middle. */
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

    /** @param cutAfter so many bytes of clients a connection is closed, once; 0 for never */
    CuttingProxy(URI server, long cutAfter) throws IOException {
        this.server = server;
        this.cutAfter = new AtomicLong(cutAfter == 0 ? Long.MAX_VALUE : cutAfter);
        daemon(this::accept);
    }

    /** From now on closes every connection that asks for something whose address holds this. */
    void refuse(String part) {
        refused = part;
    }

    /** While it refuses all it closes every connection, those it has and those to come. */
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

    /** How many requests begin so. */
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
            // One of them is gone, and so goes the other.
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

    /** Whether it goes on. */
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
