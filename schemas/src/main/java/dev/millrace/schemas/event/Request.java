package dev.millrace.schemas.event;

/**
 * A request that somebody made through the gateway. The gateway answers 202 only once the request is on the log. The dispatcher decides
 * what to do about it, which may be nothing.
 */
public sealed interface Request extends PoolEvent
        permits JobSubmitted,
                JobCancelRequested,
                JobRetryRequested,
                PoolSettingsRequested,
                OwnerQuotaRequested,
                ExecutorStandingRequested,
                DomainReleaseRequested {}
