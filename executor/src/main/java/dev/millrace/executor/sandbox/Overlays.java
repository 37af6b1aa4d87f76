package dev.millrace.executor.sandbox;

import dev.millrace.executor.files.Workspace;
import java.nio.file.Path;
import java.util.List;

/**
 * How an overlay is mounted for one attempt, out of everybody else's sight: in a mount namespace of its own, which an ordinary
 * user may only make within a user namespace.
 *
 * @param unshare the command that makes the namespace; empty if there is no way
 * @param asRoot whether the command after it is root there, to be given its own name back within
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
