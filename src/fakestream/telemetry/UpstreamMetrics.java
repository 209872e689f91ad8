package fakestream.telemetry;

import java.time.Duration;

/// What there is to say of the calls that one request has made.
///
/// @param calls how many there were, on fresh connections and to other upstreams too
/// @param status of the last answer; 0 where none came
/// @param id that the upstream gave to the last answer, without secrets; empty where it gave none
/// @param time from the opening of the request to the end of the last answer, or of the request
public record UpstreamMetrics(int calls, int status, String id, Duration time) {
    /// Of a request that has nothing to do with the upstream.
    public static final UpstreamMetrics NONE = new UpstreamMetrics(0, 0, "", Duration.ZERO);
}
