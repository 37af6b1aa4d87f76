package dev.millrace.scheduler.state.scope;

import dev.millrace.scheduler.model.DomainState;
import dev.millrace.scheduler.model.ScopeState;
import dev.millrace.scheduler.model.TaskState;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The domains of a pool: which scope holds each of them, which scopes wait for it, and which are in quarantine. Not thread-safe. */
final class Domains {
    private final Map<String, DomainState> stored = new LinkedHashMap<>();

    /** The scopes of each domain that are not over, in the order of their arrival. */
    private final Map<String, Set<Scope>> members = new HashMap<>();

    /** The tick time since which each domain in quarantine is known to be so; a restart begins it again. */
    private final Map<String, Long> quarantinedSinceTick = new LinkedHashMap<>();

    /** The scope that holds each domain that is held. */
    private final Map<String, Scope> holders = new HashMap<>();

    private final Consumer<String> changed;

    /** @param changed receives the name of a domain whose stored form has changed */
    Domains(Consumer<String> changed) {
        this.changed = changed;
    }

    /** Notes the phase that a scope has now. */
    void enter(Scope scope) {
        ScopeState state = scope.state();
        if (state.phase().isOver()) {
            forgetIfUnused(state.domain());
            return;
        }
        members.computeIfAbsent(state.domain(), name -> new LinkedHashSet<>()).add(scope);
        if (state.phase().holds()) {
            holders.put(state.domain(), scope);
        }
    }

    /**
     * Lets an owner begin to wait for a domain that others wait for or hold. It is treated as if it had held the domain for as long as the
     * one of them that held it for the shortest time, so that a newcomer does not get it until it has caught up with all of the past.
     */
    void join(String name, String owner) {
        Set<Scope> its = members.get(name);
        if (its == null || its.stream().anyMatch(it -> it.state().owner().equals(owner))) {
            return;
        }
        DomainState domain = get(name);
        long least = its.stream()
                .mapToLong(it -> domain.heldBy(it.state().owner()))
                .min()
                .orElse(0);
        if (domain.heldBy(owner) < least) {
            stored.put(name, domain.held(owner, least - domain.heldBy(owner)));
            changed.accept(name);
        }
    }

    /** Forgets the phase that a scope had until now. */
    void leave(Scope scope) {
        String domain = scope.state().domain();
        holders.remove(domain, scope);
        Set<Scope> its = members.get(domain);
        if (its != null && its.remove(scope) && its.isEmpty()) {
            members.remove(domain);
        }
    }

    void forgetIfUnused(String name) {
        DomainState domain = stored.get(name);
        if (domain != null && domain.quarantine() == null && !members.containsKey(name)) {
            stored.remove(name);
            changed.accept(name);
        }
    }

    /** Returns the domain with this name; it need not be stored. */
    DomainState get(String name) {
        return stored.getOrDefault(name, DomainState.fresh(name));
    }

    @Nullable
    DomainState stored(String name) {
        return stored.get(name);
    }

    Collection<DomainState> all() {
        return Collections.unmodifiableCollection(stored.values());
    }

    void put(DomainState domain, long tickMs) {
        stored.put(domain.name(), domain);
        if (domain.quarantine() == null) {
            quarantinedSinceTick.remove(domain.name());
        } else {
            quarantinedSinceTick.putIfAbsent(domain.name(), tickMs);
        }
        changed.accept(domain.name());
        forgetIfUnused(domain.name());
    }

    /**
     * Returns the scope that may hold a domain next, or null: the domain is held or quarantined, or nobody waits for it. The owner that has
     * held the domain for the shortest time is next, and of its scopes the one whose job is the oldest and which is first in its job.
     *
     * @param mayOpen returns whether scopes of the job with this id may be opened
     */
    @Nullable
    Scope next(String name, Predicate<String> mayOpen) {
        DomainState domain = get(name);
        Set<Scope> its = members.get(name);
        if (its == null || holders.containsKey(name) || domain.quarantine() != null) {
            return null;
        }
        Scope next = null;
        for (Scope scope : its) {
            boolean waits = scope.state().rules() != null
                    && scope.state().failure() == null
                    && scope.openTests() > 0
                    && mayOpen.test(scope.state().jobId());
            if (waits && (next == null || isBefore(domain, scope, next))) {
                next = scope;
            }
        }
        return next;
    }

    private static boolean isBefore(DomainState domain, Scope one, Scope other) {
        ScopeState its = one.state();
        ScopeState others = other.state();
        int held = Long.compare(domain.heldBy(its.owner()), domain.heldBy(others.owner()));
        int job = held != 0 ? held : Long.compare(its.jobOrder(), others.jobOrder());
        return job != 0 ? job < 0 : setupIndex(one) < setupIndex(other);
    }

    private static int setupIndex(Scope scope) {
        if (scope.setup() != null) {
            return scope.setup().info().index();
        }
        return scope.state().setup() == null ? 0 : scope.state().setup().info().index();
    }

    /**
     * Returns the domain to release if more than {@code most} are in quarantine, otherwise null: one that belongs to a single job and that
     * nobody waits for; or else, of the owner whose tear-downs left the most domains in quarantine, the one that has been so for the longest
     * time. So an owner whose tear-downs always fail does not release the domains of others.
     */
    @Nullable
    DomainState quarantinedBeyond(int most) {
        if (quarantinedSinceTick.size() <= most) {
            return null;
        }
        List<DomainState> all =
                quarantinedSinceTick.keySet().stream().map(this::get).toList();
        Map<String, Integer> byOwner = new TreeMap<>();
        all.forEach(it -> byOwner.merge(quarantinedBy(it), 1, Integer::sum));
        String worst = Collections.max(byOwner.entrySet(), Map.Entry.comparingByValue())
                .getKey();
        Comparator<DomainState> oldest =
                Comparator.comparingLong(Domains::quarantinedSinceMs).thenComparing(DomainState::name);
        return all.stream()
                .filter(it -> it.isOfOneJob() && !members.containsKey(it.name()))
                .min(oldest)
                .or(() -> all.stream()
                        .filter(it -> quarantinedBy(it).equals(worst))
                        .min(oldest))
                .orElse(null);
    }

    private static String quarantinedBy(DomainState domain) {
        return domain.quarantine() == null || domain.quarantine().owner() == null
                ? ""
                : domain.quarantine().owner();
    }

    private static long quarantinedSinceMs(DomainState domain) {
        return domain.quarantine() == null ? 0 : domain.quarantine().sinceMs();
    }

    /** Returns a test that has waited since before {@code sinceTick} for a domain that is in quarantine since then, or null. */
    TaskState.@Nullable Waiting waitingForQuarantined(long sinceTick) {
        for (Map.Entry<String, Long> quarantined : quarantinedSinceTick.entrySet()) {
            TaskState.Waiting first = quarantined.getValue() < sinceTick ? firstWaitingFor(quarantined.getKey()) : null;
            if (first != null && first.readyTick() < sinceTick) {
                return first;
            }
        }
        return null;
    }

    private TaskState.@Nullable Waiting firstWaitingFor(String domain) {
        for (Scope scope : members.getOrDefault(domain, Set.of())) {
            TaskState.Waiting first = scope.firstGated();
            if (first != null) {
                return first;
            }
        }
        return null;
    }
}
