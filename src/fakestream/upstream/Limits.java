package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.Setting;
import java.time.Duration;

/// What the calls of one request may take.
///
/// @param idle the longest silence inside a body
/// @param total from the request to the last byte of the answer, with all tries
/// @param bytes of a body at the most
record Limits(Duration idle, Duration total, int bytes) {
    static Limits of(Config config) {
        return new Limits(config.get(Setting.UPSTREAM_IDLE_TIMEOUT_MS),
                config.get(Setting.UPSTREAM_TIMEOUT_MS),
                config.get(Setting.MAX_UPSTREAM_BYTES));
    }

    /// The same for a call that begins when this much of the total is gone.
    Limits after(Duration elapsed) {
        return new Limits(idle, total.minus(elapsed), bytes);
    }
}
