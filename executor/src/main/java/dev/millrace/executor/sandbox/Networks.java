package dev.millrace.executor.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The network of a task that asks for one. If isolated, it is a network namespace of its own that {@code pasta} connects to the outside.
 * The loopback addresses of the machine, where the platform's servers listen, cannot be reached from it. Otherwise it is the machine's own
 * network.
 *
 * @param command the command that makes the namespace, to which the command to run in it is appended; empty for the machine's own network
 * @param asRoot whether the appended command runs as root in the namespace, so that the sandbox must map it back to its own user
 */
record Networks(List<String> command, boolean asRoot) {
    static final Networks SHARED = new Networks(List.of(), false);

    /** Forwards no port of the machine into the namespace, and gives the machine no address in it. */
    private static final List<String> OPTIONS = List.of(
            "--quiet",
            "--foreground",
            "--config-net",
            "--no-map-gw",
            "--tcp-ports",
            "none",
            "--udp-ports",
            "none",
            "--tcp-ns",
            "none",
            "--udp-ns",
            "none",
            "--");

    /** Returns the network for the superuser, whose user id stays the same. */
    static Networks privileged(Path pasta) {
        return of(List.of(pasta.toString(), "--netns-only", "--runas", "0"), false);
    }

    /** Returns the network for an ordinary user, who needs a user namespace to make a network namespace. */
    static Networks inUserNamespace(Path pasta) {
        return of(List.of(pasta.toString()), true);
    }

    private static Networks of(List<String> program, boolean asRoot) {
        var command = new ArrayList<>(program);
        command.addAll(OPTIONS);
        return new Networks(List.copyOf(command), asRoot);
    }

    boolean isolated() {
        return !command.isEmpty();
    }
}
