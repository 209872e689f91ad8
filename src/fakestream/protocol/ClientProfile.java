package fakestream.protocol;

import java.time.Duration;

/// The needs of one kind of client: the heartbeats that it counts, its clocks, the place where it
/// looks for usage, and the end that it needs behind a failure.
///
/// @param name the word that logs and metrics have for this kind
/// @param dataAfter the longest time without a heartbeat that carries data; zero makes every
///        heartbeat carry data, [#NEVER] none
/// @param headersWithin the longest time without a response's head; [#NEVER] for any time
/// @param blankLines whether blank lines stand for comments
/// @param unasked where it looks for usage that it did not ask for
/// @param endsCleanly whether a stream that failed ends well behind the failure; the connection of
///        others breaks off, because many take a good end for a whole answer
public record ClientProfile(String name, Duration dataAfter, Duration headersWithin,
        boolean blankLines, UnaskedUsage unasked, boolean endsCleanly) {
    /// Longer than any stream.
    public static final Duration NEVER = Duration.ofDays(365);

    /// A client that counts bytes, waits for any time, and minds nothing.
    public static ClientProfile named(String name) {
        return new ClientProfile(name, NEVER, NEVER, false, UnaskedUsage.AT_FINISH, false);
    }

    /// This kind with a clock of so long at most, if it has one at all.
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
