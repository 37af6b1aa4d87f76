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
    private final Publisher publisher;

    public PoolScheduler(PoolState state, CoreConfig config) {
        this(
                state,
                config,
                (step, cause) -> {
                    throw cause;
                },
                (event, now) -> {});
    }

    /**
     * @param failures is told of follow-ups that cannot be decided or published; the others go on
     * @param publisher is given each event before it is applied
     */
    public PoolScheduler(PoolState state, CoreConfig config, FollowUpFailures failures, Publisher publisher) {
        this.state = state;
        this.config = config;
        this.publisher = publisher;
        var executors = new ExecutorDecider(config);
        this.decider = new Decider(config, executors);
        this.followUps = new FollowUps(config, executors, failures, publisher);
    }

    public PoolState state() {
        return state;
    }

    /**
     * Takes one input and returns what to publish, in order.
     *
     * @param generation of the dispatcher that calls
     * @param mayPlace whether that generation is known to be committed; nothing is placed before
     * @throws FollowUpException if what follows from the input cannot be applied; the state is to be loaded anew
     * @throws RuntimeException if the input itself cannot be decided, or what it leads to at once cannot be published
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
            answer.events().forEach(event -> publisher.prepare(event, now));
            if (answer.accepted()) {
                state.apply(input, now);
            }
            publish(answer.events(), published, now);
        }
        return published;
    }

    private void followUp(Event input, List<Event> published, long generation, boolean mayPlace, Now now) {
        followUps.begin();
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
        state.overruns().forget(now.tickMs());
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
