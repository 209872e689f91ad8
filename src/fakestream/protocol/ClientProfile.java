package fakestream.protocol;

import java.time.Duration;

/// The needs of one kind of client: the heartbeats that it counts, its timeouts, the place where it
/// looks for usage, and the end that it needs after a failure.
///
/// @param name the name of this kind in logs and metrics
/// @param dataAfter the longest time without a heartbeat that carries data; zero makes every
///     heartbeat carry data, [#NEVER] none
/// @param headersWithin the longest wait for the response headers; [#NEVER] for no limit
/// @param blankLines whether blank lines replace comments
/// @param unasked where it looks for usage that it did not ask for
/// @param endsCleanly whether a failed stream ends cleanly after the failure; for other clients the
///     connection breaks off, because many take a clean end for a whole answer
public record ClientProfile(String name, Duration dataAfter, Duration headersWithin,
        boolean blankLines, UnaskedUsage unasked, boolean endsCleanly) {
    /// Longer than any stream.
    public static final Duration NEVER = Duration.ofDays(365);

    /// A client that counts bytes, waits without limit, and has no special needs.
    public static ClientProfile named(String name) {
        return new ClientProfile(name, NEVER, NEVER, false, UnaskedUsage.AT_FINISH, false);
    }

    /// This kind with `dataAfter` limited to `most`; unchanged if `dataAfter` is [#NEVER].
    public ClientProfile dataWithin(Duration most) {
        return dataAfter == NEVER || dataAfter.compareTo(most) <= 0 ? this : dataAfter(most);
    }

    ClientProfile dataAfter(int seconds) {
        return dataAfter(Duration.ofSeconds(seconds));
    }

    private ClientProfile dataAfter(Duration longest) {
        return new ClientProfile(name, longest, headersWithin, blankLines, unasked, endsCleanly);
    }

    ClientProfile headersWithin(int seconds) {
        return new ClientProfile(name, dataAfter, Duration.ofSeconds(seconds), blankLines,
                unasked, endsCleanly);
    }

    ClientProfile withBlankLines() {
        return new ClientProfile(name, dataAfter, headersWithin, true, unasked, endsCleanly);
    }

    public ClientProfile unasked(UnaskedUsage place) {
        return new ClientProfile(name, dataAfter, headersWithin, blankLines, place, endsCleanly);
    }

    ClientProfile withCleanEnd() {
        return new ClientProfile(name, dataAfter, headersWithin, blankLines, unasked, true);
    }
}
