package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.Setting;
import java.time.Duration;

/// The limits of one request's calls.
///
/// @param idle the longest silence inside a body
/// @param until when the time for the answer is up, with all tries, by `System.nanoTime`
/// @param bytes the most bytes of a body
record CallLimits(Duration idle, long until, int bytes) {
    /// The limits of a request that begins now.
    static CallLimits of(Config config) {
        return new CallLimits(config.get(Setting.UPSTREAM_IDLE_TIMEOUT_MS),
                System.nanoTime() + config.get(Setting.UPSTREAM_TIMEOUT_MS).toNanos(),
                config.get(Setting.MAX_UPSTREAM_BYTES));
    }
}
