package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.Setting;
import java.time.Duration;

/// The limits of one request's calls.
///
/// @param idle the longest silence inside a body
/// @param total the time from the request to the last byte of the answer, with all tries
/// @param bytes the most bytes of a body
record CallLimits(Duration idle, Duration total, int bytes) {
    static CallLimits of(Config config) {
        return new CallLimits(config.get(Setting.UPSTREAM_IDLE_TIMEOUT_MS),
                config.get(Setting.UPSTREAM_TIMEOUT_MS),
                config.get(Setting.MAX_UPSTREAM_BYTES));
    }

    /// The limits of a call that begins when this much of the total time is gone.
    CallLimits after(Duration elapsed) {
        return new CallLimits(idle, total.minus(elapsed), bytes);
    }
}
