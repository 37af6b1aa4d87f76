package dev.millrace.embedded;

import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Starts a single small Cassandra node that listens on loopback only. */
final class CassandraServer {
    private static final List<String> EXPORTS = List.of(
            "java.base/jdk.internal.misc",
            "java.base/java.lang.ref",
            "java.base/jdk.internal.ref",
            "java.base/jdk.internal.perf",
            "java.base/sun.nio.ch",
            "java.management.rmi/com.sun.jmx.remote.internal.rmi",
            "java.rmi/sun.rmi.registry",
            "java.rmi/sun.rmi.server",
            "java.rmi/sun.rmi.transport.tcp",
            "java.sql/java.sql",
            "jdk.unsupported/sun.misc",
            "jdk.attach/sun.tools.attach",
            "jdk.compiler/com.sun.tools.javac.file");
    private static final List<String> OPENS = List.of(
            "java.base/java.lang",
            "java.base/java.lang.module",
            "java.base/java.lang.reflect",
            "java.base/java.io",
            "java.base/java.nio",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.base/java.util.concurrent.atomic",
            "java.base/sun.nio.ch",
            "java.base/jdk.internal.loader",
            "java.base/jdk.internal.ref",
            "java.base/jdk.internal.reflect",
            "java.base/jdk.internal.math",
            "java.base/jdk.internal.module",
            "java.base/jdk.internal.util.jar",
            "jdk.management/com.sun.management.internal");

    private static final Duration LISTENING_LIMIT = Duration.ofSeconds(120);
    private static final Duration LOGIN_LIMIT = Duration.ofSeconds(60);

    private CassandraServer() {}

    static ServerProcess start(ServerClassPath classPath, Path data, Path log, int port) {
        Path home = data.resolve("cassandra");
        try {
            PrivateFiles.directory(home);
            PrivateFiles.write(home.resolve("cassandra.yaml"), yaml(home, port, FreePort.next()));
            PrivateFiles.write(home.resolve("logback.xml"), ServerLogging.LOGBACK);
        } catch (IOException e) {
            throw new EmbeddedServerException(
                    "cannot prepare the data of Cassandra in " + home + ": " + e.getMessage(), e);
        }
        var arguments = new ArrayList<String>(List.of(
                "-Xms256m",
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:MaxDirectMemorySize=256m",
                "-Xss512k",
                "-Dcassandra.config=" + home.resolve("cassandra.yaml").toUri(),
                "-Dcassandra.storagedir=" + home,
                "-Dcassandra.logdir=" + home,
                "-Dlogback.configurationFile=" + home.resolve("logback.xml"),
                "-Dcassandra.skip_wait_for_gossip_to_settle=0",
                "-Dcassandra.ring_delay_ms=0",
                "-Dcassandra.initial_token=0",
                "-Dcassandra.superuser_setup_delay_ms=0",
                // A slow hash protects only passwords that can be guessed. Ours have 256 random bits, so a fast hash is
                // enough.
                "-Dcassandra.auth_bcrypt_gensalt_log2_rounds=4",
                // The precision of the clock for timeouts. The default of 2 ms wakes an idle node 500 times a second.
                "-Dcassandra.approximate_time_precision_ms=20",
                "-Djava.security.manager=allow",
                "-Djdk.attach.allowAttachSelf=true",
                "-Dio.netty.tryReflectionSetAccessible=true",
                "-Djava.awt.headless=true"));
        EXPORTS.forEach(name -> arguments.addAll(List.of("--add-exports", name + "=ALL-UNNAMED")));
        OPENS.forEach(name -> arguments.addAll(List.of("--add-opens", name + "=ALL-UNNAMED")));
        arguments.addAll(List.of(ChildMain.class.getName(), "org.apache.cassandra.service.CassandraDaemon"));
        return ServerProcess.start("cassandra", log, home, classPath.options("cassandra"), arguments);
    }

    /** Waits until the platform can log in to the node. At the first start this creates the platform's role. */
    static void awaitReady(ServerProcess process, int port, CassandraRole role) {
        process.awaitListening(port, LISTENING_LIMIT);
        process.awaitReady(() -> role.isLetIn(port), LOGIN_LIMIT);
    }

    private static String yaml(Path home, int port, int storagePort) {
        return String.join(
                "\n",
                "cluster_name: millrace",
                "num_tokens: 1",
                "partitioner: org.apache.cassandra.dht.Murmur3Partitioner",
                "endpoint_snitch: SimpleSnitch",
                "authenticator: PasswordAuthenticator",
                "seed_provider:",
                "  - class_name: org.apache.cassandra.locator.SimpleSeedProvider",
                "    parameters: [{seeds: '127.0.0.1:" + storagePort + "'}]",
                "listen_address: 127.0.0.1",
                "rpc_address: 127.0.0.1",
                "storage_port: " + storagePort,
                "native_transport_port: " + port,
                "data_file_directories: ['" + home.resolve("data") + "']",
                "commitlog_directory: '" + home.resolve("commitlog") + "'",
                "saved_caches_directory: '" + home.resolve("saved_caches") + "'",
                "hints_directory: '" + home.resolve("hints") + "'",
                "cdc_raw_directory: '" + home.resolve("cdc_raw") + "'",
                // Each row has only one copy, so every acknowledged write must survive a kill.
                "commitlog_sync: group",
                "commitlog_sync_group_window: 10ms",
                "commitlog_segment_size: 8MiB",
                // By default a node that cannot write keeps running but does not answer. With "die" it ends, and the
                // platform restarts it.
                "commit_failure_policy: die",
                "disk_failure_policy: die",
                "commitlog_total_space: 64MiB",
                "memtable_heap_space: 64MiB",
                "memtable_offheap_space: 64MiB",
                "key_cache_size: 8MiB",
                "counter_cache_size: 0MiB",
                "file_cache_size: 32MiB",
                "networking_cache_size: 32MiB",
                "concurrent_reads: 4",
                "concurrent_writes: 8",
                "concurrent_compactors: 1",
                "compaction_throughput: 32MiB/s",
                "auto_snapshot: false",
                "hinted_handoff_enabled: false",
                "read_request_timeout: 10s",
                "range_request_timeout: 15s",
                "write_request_timeout: 10s",
                "");
    }
}
