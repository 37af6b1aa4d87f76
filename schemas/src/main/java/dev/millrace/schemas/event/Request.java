package dev.millrace.schemas.event;

/**
 * Something that somebody asks for through the gateway. A 202 means that it is on the log; the dispatcher decides what follows, which may be
 * nothing.
 */
public sealed interface Request extends PoolEvent
        permits JobSubmitted,
                JobCancelRequested,
                JobRetryRequested,
                PoolSettingsRequested,
                OwnerQuotaRequested,
                ExecutorStandingRequested {}
