package fakestream.http;

import fakestream.connections.DisconnectWatcher;
import fakestream.protocol.ApiError;
import java.io.IOException;
import java.util.Arrays;

/// Reads one request's body into memory that it takes from a budget. While there is none, the body
/// is not read on, so that the client waits too; this time does not count against the client.
///
/// @param presence of the client; a wait ends when the client leaves
/// @param bytes the memory; the caller frees it
/// @param until when to give up, by `System.nanoTime`; for all waits together
record RequestMemory(DisconnectWatcher.Watch presence, ByteBudget.Hold bytes, long until) {
    private static final int SMALLEST = 16 * 1024;

    /// Reads until `length` bytes are there or no more come, and returns how many came.
    @FunctionalInterface
    interface Source {
        int read(byte[] buffer, int offset, int length) throws IOException, HttpError;
    }

    /// Reads `length` bytes, or fewer if the source ends before. Their memory is reserved before
    /// the first of them is read.
    byte[] exactly(int length, Source source) throws IOException, HttpError {
        grow((long) ByteBudget.COPIES * length);
        var all = new byte[length];
        var filled = source.read(all, 0, length);
        return filled == length ? all : Arrays.copyOf(all, filled);
    }

    /// Reads all bytes of a source.
    ///
    /// @param beside bytes that are held in addition
    /// @throws HttpError 413 if there are more than `most`
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

    /// @throws HttpError 413 if there will never be so many bytes, 503 if they are not available in
    ///     time
    /// @throws ClientDisconnected if the client leaves meanwhile
    private void grow(long total) throws HttpError, ClientDisconnected {
        if (bytes.tryGrow(total)) {
            return;
        }
        presence.onLeaving(bytes::end);
        switch (bytes.grow(total, until)) {
            case GIVEN -> { }
            case NEVER -> throw HttpError.refused(413, "request_too_large",
                    "the request's body is larger than " + bytes.longestBody()
                    + " bytes, the longest that fits into the memory for requests "
                    + "(BODY_MEMORY_MIB)");
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
