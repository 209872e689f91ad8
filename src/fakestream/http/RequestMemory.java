package fakestream.http;

import fakestream.connections.DisconnectWatcher;
import fakestream.protocol.ApiError;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/// The memory that one request's body fills. Where there is none it waits, and the body is not read
/// on, so that the client waits too; that time does not count against the client. For the thread
/// that serves the request.
public final class RequestMemory implements AutoCloseable {
    private static final int SMALLEST = 16 * 1024;

    private final DisconnectWatcher.Watch presence;
    private final ByteBudget.Hold bytes;
    private final long until;

    /// Reads until so many bytes are there or nothing more comes, and tells how many came.
    @FunctionalInterface
    interface Source {
        int read(byte[] buffer, int offset, int length) throws IOException, HttpError;
    }

    /// @param presence of the client, whose leaving ends a wait
    /// @param patience for all its waits
    RequestMemory(DisconnectWatcher.Watch presence, ByteBudget budget, Duration patience) {
        this.presence = presence;
        this.bytes = budget.hold();
        this.until = System.nanoTime() + patience.toNanos();
    }

    /// So many bytes from a source, or fewer where it ends before. Their memory is there before the
    /// first of them is read.
    byte[] exactly(int length, Source source) throws IOException, HttpError {
        grow((long) ByteBudget.COPIES * length);
        var all = new byte[length];
        var filled = source.read(all, 0, length);
        return filled == length ? all : Arrays.copyOf(all, filled);
    }

    /// All that comes from a source.
    ///
    /// @param beside bytes that are held beside it
    /// @throws HttpError 413 where that is more than `most`
    byte[] all(int most, int beside, Source source) throws IOException, HttpError {
        var all = new byte[Math.min(SMALLEST, most + 1)];
        var filled = source.read(all, 0, all.length);
        while (filled == all.length) {
            if (filled > most) {
                throw HttpError.tooLarge(most);
            }
            grow(beside + (long) ByteBudget.COPIES * filled);
            all = Arrays.copyOf(all, (int) Math.min(2L * filled, most + 1L));
            filled += source.read(all, filled, all.length - filled);
        }
        grow(beside + (long) ByteBudget.COPIES * filled);
        return Arrays.copyOf(all, filled);
    }

    /// The request is read, and needs no more than so many bytes from now on.
    public void settle(long most) {
        bytes.settle(most);
    }

    @Override
    public void close() {
        bytes.close();
    }

    /// @throws HttpError 413 where there will never be so many bytes, 503 where they are not
    ///     there in time
    /// @throws ClientDisconnected where the client is gone meanwhile
    private void grow(long total) throws HttpError, ClientDisconnected {
        if (bytes.tryGrow(total)) {
            return;
        }
        presence.onLeaving(bytes::end);
        switch (bytes.grow(total, until)) {
            case GIVEN -> { }
            case NEVER -> throw new HttpError(413, ApiError.invalidRequest(
                    "request_too_large", null, "the request's body is larger than "
                    + bytes.longestBody() + " bytes, the longest that fits into the memory for "
                    + "requests (BODY_MEMORY_MIB)"), HttpError.CLOSE);
            case LATE -> throw new HttpError(503, ApiError.of("server_error", "overloaded",
                    null, "the memory for requests was full all the time (BODY_MEMORY_MIB)"),
                    HttpError.CLOSE);
            case ENDED -> {
                if (presence.hasLeft()) {
                    throw new ClientDisconnected();
                }
                throw new HttpError(503, ApiError.shutdown(), HttpError.CLOSE);
            }
        }
    }
}
