package fakestream.telemetry;

import java.time.Duration;

/// The figures of the upstream calls of one request.
///
/// @param calls the number of calls, including those on fresh connections and to other upstreams
/// @param status the status of the last answer; 0 if none came
/// @param id the upstream's id for the last answer, without secrets; empty if it gave none
/// @param time from the opening of the request to the end of the last answer, or of the request
public record UpstreamSummary(int calls, int status, String id, Duration time) {
    /// The figures of a request that does not use the upstream.
    public static final UpstreamSummary NONE = new UpstreamSummary(0, 0, "", Duration.ZERO);
}
