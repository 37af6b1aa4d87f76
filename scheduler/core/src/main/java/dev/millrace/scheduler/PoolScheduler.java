package dev.millrace.scheduler;

import dev.millrace.scheduler.decide.Decider;
import dev.millrace.scheduler.decide.DecisionResult;
import dev.millrace.scheduler.decide.ExecutorDecider;
import dev.millrace.scheduler.decide.FollowUpException;
import dev.millrace.scheduler.decide.FollowUpFailures;
import dev.millrace.scheduler.decide.FollowUps;
import dev.millrace.scheduler.decide.Publisher;
import dev.millrace.scheduler.decide.Step;
import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.Tick;
import java.util.ArrayList;
import java.util.List;

/**
 * Schedules one pool, one input at a time: decides the input, applies it, then takes the steps that are due until none is left or the event
 * limit of one input is reached. The same inputs at the same times give the same events. Not thread-safe.
 */
public final class PoolScheduler {
    private final PoolState state;
    private final CoreConfig config;
    private final Decider decider;
    private final FollowUps followUps;
    private final Publisher publisher;

    public PoolScheduler(PoolState state) {
        this(
                state,
                (step, cause) -> {
                    throw cause;
                },
                (event, now) -> {});
    }

    /**
     * @param failures receives the failures of follow-ups that cannot be decided or published; the other follow-ups go on
     * @param publisher prepares each event before the event is applied
     */
    public PoolScheduler(PoolState state, FollowUpFailures failures, Publisher publisher) {
        this.state = state;
        this.config = state.config();
        this.publisher = publisher;
        var executors = new ExecutorDecider(config);
        this.decider = new Decider(config, executors);
        this.followUps = new FollowUps(config, executors, failures, publisher);
    }

    public PoolState state() {
        return state;
    }

    /**
     * Handles one input and everything else that is due, and returns the events to publish, in order.
     *
     * @param generation the generation of the calling dispatcher
     * @param mayPlace whether it is known that this generation is committed; until then no task is placed
     * @throws FollowUpException if a follow-up of the input cannot be applied; the caller must load the state again
     * @throws RuntimeException if the input itself cannot be decided, or its immediate events cannot be published
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

    /** Handles one input without the other steps that are due, which stay due. Returns the events to publish, in order. */
    public List<Event> handleAlone(Event input, Now now) {
        var published = new ArrayList<Event>();
        DecisionResult answer = decider.decide(state, input, now);
        answer.events().forEach(event -> publisher.prepare(event, now));
        if (answer.accepted()) {
            state.apply(input, now);
        }
        publish(answer.events(), published, now);
        return published;
    }

    private void followUp(Event input, List<Event> published, long generation, boolean mayPlace, Now now) {
        followUps.begin();
        if (input instanceof Tick) {
            tick(published, now);
        }
        while (published.size() < config.maxEventsPerInput()) {
            Step due = followUps.next(state, generation, mayPlace, now);
            state.settled(due.settled());
            if (due.events().isEmpty()) {
                break;
            }
            publish(due.events(), published, now);
        }
    }

    private void tick(List<Event> published, Now now) {
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
