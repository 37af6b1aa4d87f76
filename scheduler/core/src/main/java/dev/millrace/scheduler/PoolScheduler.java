package dev.millrace.scheduler;

import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.Tick;
import java.util.ArrayList;
import java.util.List;

/**
 * One pool, input by input: decide, apply, then follow up until nothing is due or the bound of one input is reached. The
 * same inputs at the same times give the same events. Not thread-safe.
 */
public final class PoolScheduler {
    private final PoolState state;
    private final CoreConfig config;
    private final Decider decider;
    private final FollowUps followUps;

    public PoolScheduler(PoolState state, CoreConfig config) {
        this(state, config, (step, cause) -> {
            throw cause;
        });
    }

    /** @param failures is told of follow-ups that cannot be decided; the others go on */
    public PoolScheduler(PoolState state, CoreConfig config, FollowUpFailures failures) {
        this.state = state;
        this.config = config;
        var executors = new ExecutorDecider(config);
        this.decider = new Decider(config, executors);
        this.followUps = new FollowUps(config, executors, failures);
    }

    public PoolState state() {
        return state;
    }

    /**
     * Takes one input and returns what to publish, in order.
     *
     * @param generation of the dispatcher that calls
     * @param mayPlace whether that generation is known to be committed; nothing is placed before
     * @throws FollowUpException if the input itself was decided, but not what follows; the state is to be loaded anew
     */
    public List<Event> handle(Event input, long generation, boolean mayPlace, Now now) {
        List<Event> published = handleAlone(input, now);
        try {
            followUp(input, published, generation, mayPlace, now);
        } catch (RuntimeException e) {
            throw new FollowUpException(e);
        }
        return published;
    }

    /** Takes one input without what else is due, which stays due, and returns what to publish, in order. */
    public List<Event> handleAlone(Event input, Now now) {
        var published = new ArrayList<Event>();
        if (!(input instanceof Tick)) {
            Answer answer = decider.decide(state, input, now);
            if (answer.accepted()) {
                state.apply(input, now);
            }
            publish(answer.events(), published, now);
        }
        return published;
    }

    private void followUp(Event input, List<Event> published, long generation, boolean mayPlace, Now now) {
        if (input instanceof Tick) {
            tick(published, now);
        }
        while (published.size() < config.maxEventsPerInput()) {
            List<Event> due = followUps.next(state, generation, mayPlace, now);
            if (due.isEmpty()) {
                break;
            }
            publish(due, published, now);
        }
    }

    private void tick(List<Event> published, Now now) {
        state.noteEmptiness(now);
        state.trust().endProbations(config.probationMs(), now.tickMs());
        state.forget(config.tombstoneMs(), config.maxTombstones(), now.wallMs(), config.maxEventsPerInput());
        while (published.size() < config.maxEventsPerInput()) {
            List<Event> due = followUps.atTick(state, now);
            if (due.isEmpty()) {
                break;
            }
            publish(due, published, now);
        }
        publish(followUps.progress(state, config.maxEventsPerInput() - published.size(), now), published, now);
    }

    private void publish(List<Event> events, List<Event> published, Now now) {
        for (Event event : events) {
            state.apply(event, now);
            published.add(event);
        }
    }
}
