package dev.millrace.executor.sandbox;

import dev.millrace.executor.files.Workspace;
import java.nio.file.Path;
import java.util.List;

/**
 * How an overlay is mounted for one attempt. It is mounted in a mount namespace of its own, so that no other process sees it. An ordinary
 * user may make such a namespace only within a user namespace.
 *
 * @param unshare the command that makes the namespace; empty if overlays are not possible
 * @param asRoot whether the command after it runs as root in the namespace, so that the sandbox must map it back to its own user
 */
record Overlays(List<String> unshare, boolean asRoot) {
    static final Overlays NONE = new Overlays(List.of(), false);

    static Overlays privileged(Path unshare) {
        return new Overlays(List.of(unshare.toString(), "--mount", "--propagation", "private"), false);
    }

    static Overlays inUserNamespace(Path unshare) {
        return new Overlays(
                List.of(unshare.toString(), "--user", "--map-root-user", "--mount", "--propagation", "private"), true);
    }

    boolean possible() {
        return !unshare.isEmpty();
    }

    boolean mapsUser(Workspace workspace) {
        return asRoot && workspace.overlay() != null;
    }
}
