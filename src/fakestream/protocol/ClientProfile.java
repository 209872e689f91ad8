package fakestream.protocol;

import java.time.Duration;
import java.util.Set;

/// The heartbeats that one kind of client counts, its timeouts, and its special needs.
///
/// @param name the name of this kind in logs and metrics
/// @param dataAfter the longest time without a heartbeat that carries data; zero makes every
///     heartbeat carry data, [#NEVER] none
/// @param headersWithin the longest wait for the response headers; [#NEVER] for no limit
public record ClientProfile(String name, Duration dataAfter, Duration headersWithin,
        Set<Need> needs) {
    /// Longer than any stream.
    public static final Duration NEVER = Duration.ofDays(365);

    /// A need that only some clients have.
    public enum Need {
        /// Blank lines in place of comments.
        BLANK_LINES,
        /// A clean end after a failure. For other clients the connection breaks off, because many
        /// take a clean end for a whole answer.
        CLEAN_END,
        /// No usage that it did not ask for, because usage would break the client.
        NO_UNASKED_USAGE,
        /// The usage that it did not ask for also in `x_groq`, as Groq sends it.
        USAGE_IN_X_GROQ
    }

    /// A client that counts bytes, waits without limit, and has no special needs.
    public static ClientProfile named(String name) {
        return new ClientProfile(name, NEVER, NEVER, Set.of());
    }

    /// This kind with `dataAfter` limited to `most`; unchanged if `dataAfter` is [#NEVER].
    public ClientProfile dataWithin(Duration most) {
        return dataAfter == NEVER || dataAfter.compareTo(most) <= 0 ? this
                : new ClientProfile(name, most, headersWithin, needs);
    }

    ClientProfile dataAfter(int seconds) {
        return new ClientProfile(name, Duration.ofSeconds(seconds), headersWithin, needs);
    }

    ClientProfile headersWithin(int seconds) {
        return new ClientProfile(name, dataAfter, Duration.ofSeconds(seconds), needs);
    }

    /// This kind with only these special needs.
    public ClientProfile needing(Need... special) {
        return new ClientProfile(name, dataAfter, headersWithin, Set.of(special));
    }
}
