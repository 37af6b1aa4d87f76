package dev.millrace.executor.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The network of a task that asks for one. Isolated, it is a namespace of its own which {@code pasta} connects to the outside:
 * the loopback addresses of the machine, where the platform's servers listen, are not there. Else it is the machine's own.
 *
 * @param command that makes the namespace, to be followed by what runs in it; empty for the machine's own network
 * @param asRoot whether what runs in it is root there, to be given its own name back within
 */
record Networks(List<String> command, boolean asRoot) {
    static final Networks SHARED = new Networks(List.of(), false);

    /** No port of the machine is forwarded into it, and no address in it stands for the machine. */
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

    /** For the superuser, who stays who he is. */
    static Networks privileged(Path pasta) {
        return of(List.of(pasta.toString(), "--netns-only", "--runas", "0"), false);
    }

    /** For an ordinary user, who needs a user namespace for it. */
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
