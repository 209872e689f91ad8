package fakestream.endpoint;

import fakestream.concurrent.Guard;
import fakestream.config.StreamMode;
import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.HttpError;
import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.Parts;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/// Sends the body of a client's request upstream, piece by piece as it comes. A virtual thread
/// reads it: the JDK's own publisher of a stream holds each piece back until the next is there. The
/// beginning is kept, so that the body can be sent once more while all that was read is kept.
final class UploadPublisher implements BodyPublisher, AutoCloseable {
    private static final int PIECE = 16 * 1024;
    private static final int MOST_KEPT = 64 * 1024;

    /// A prefix of a model's name, anywhere and in the first member. Some clients escape slashes.
    private static final String PREFIX = "\"((?:" + StreamMode.CHOICES + ")\\\\?/)";
    private static final Pattern ANYWHERE = Pattern.compile(PREFIX);
    private static final Pattern FIRST =
            Pattern.compile("\\s*+\\{\\s*+\"model\"\\s*+:\\s*+" + PREFIX);

    private final ClientExchange client;
    private final int most;
    /// Held while a piece is read: a second sending must get the piece that the first waits for.
    private final Guard reading = new Guard();
    private boolean ended;
    private long count;
    /// How many bytes of the body are not sent.
    private int cut;
    /// The guard protects the kept pieces; no thread waits for the client while it holds it.
    private final Guard guard = new Guard();
    private final List<byte[]> kept = new ArrayList<>();
    private boolean beginningIsLost;
    private boolean sentAgain;
    private volatile Sending sending;
    private volatile Exception fault;

    /// The body of this client's request, of at most this many bytes.
    ///
    /// @throws HttpError 413 if it declares more
    UploadPublisher(ClientExchange client, int most) throws HttpError {
        this.client = client;
        this.most = most;
        if (contentLength() > most) {
            throw HttpError.tooLarge(most);
        }
    }

    /// Waits for the beginning of the body, which is all of most bodies: until it has come, a slow
    /// client costs others nothing. Called before the body is sent.
    ///
    /// @throws HttpError 413 if it becomes too large, 400 and 408 as `RequestBody#fill`
    /// @throws ClientDisconnected if it breaks off
    void readBeginning() throws HttpError, ClientDisconnected {
        try {
            while (!ended && !client.request().isTaken() && count + PIECE < MOST_KEPT) {
                var buffer = new byte[PIECE];
                var piece = counted(buffer, client.request().fill(buffer));
                if (piece != null) {
                    kept.add(piece);
                }
            }
        } catch (IOException e) {
            throw new ClientDisconnected(e);
        }
    }

    /// Takes a prefix that chooses a mode off the model's name in JSON. No mode matters here, but a
    /// client uses one name for all its requests. The name must be in the first member, or all of
    /// the body must be read. Called before the body is sent.
    void takeOffPrefix() {
        if (kept.isEmpty()) {
            return;
        }
        var first = kept.getFirst();
        var prefix = FIRST.matcher(new String(first, StandardCharsets.ISO_8859_1));
        if (prefix.lookingAt()) {
            var rest = new byte[first.length - prefix.end(1) + prefix.start(1)];
            System.arraycopy(first, 0, rest, 0, prefix.start(1));
            System.arraycopy(first, prefix.end(1), rest, prefix.start(1),
                    first.length - prefix.end(1));
            replace(first, rest);
        } else if (ended || client.request().isTaken()) {
            var all = all();
            if (ANYWHERE.matcher(new String(all, StandardCharsets.ISO_8859_1)).find()) {
                takeOffPrefix(all);
            }
        }
    }

    private void takeOffPrefix(byte[] all) {
        try {
            if (Json.parse(all) instanceof JsonObject sent
                    && sent.string("model") instanceof String name
                    && StreamMode.in(name).mode().isPresent()) {
                kept.subList(1, kept.size()).clear();
                replace(all, Parts.of(sent.with("model",
                        new JsonString(StreamMode.in(name).model()))).bytes());
            }
        } catch (JsonException _) {
            // It is not JSON, and passes as it is.
        }
    }

    private byte[] all() {
        var all = new byte[kept.stream().mapToInt(piece -> piece.length).sum()];
        int filled = 0;
        for (var piece : kept) {
            System.arraycopy(piece, 0, all, filled, piece.length);
            filled += piece.length;
        }
        return all;
    }

    private void replace(byte[] from, byte[] to) {
        kept.set(0, to);
        cut = from.length - to.length;
    }

    @Override
    public long contentLength() {
        return Math.max(client.request().length() - cut, -1);
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> upstream) {
        sending = new Sending(upstream, sending == null);
        upstream.onSubscribe(sending);
        Thread.ofVirtual().start(sending);
    }

    /// Whether the body can be sent again; also decides it: from here on no piece that is read for
    /// the first sending gets lost.
    boolean canBeSentAgain() {
        return guard.get(() -> {
            var can = !sentAgain && !beginningIsLost && fault == null;
            sentAgain |= can;
            return can;
        });
    }

    /// Reports a failure of the call that was not the upstream's fault.
    ///
    /// @throws HttpError 413 if the body became too large
    /// @throws ClientDisconnected if it broke off
    void check() throws HttpError, ClientDisconnected {
        switch (fault) {
            case null -> { }
            case HttpError tooLarge -> throw tooLarge;
            case IOException broken -> throw new ClientDisconnected(broken);
            case Exception bug -> throw new IllegalStateException(bug);
        }
    }

    /// Stops reading after the piece that is under way.
    @Override
    public void close() {
        if (sending != null) {
            sending.cancel();
        }
    }

    /// One sending of the body, on a virtual thread of its own. The end of the subscriber or of the
    /// body ends it.
    private final class Sending implements Subscription, Runnable {
        private final Subscriber<? super ByteBuffer> upstream;
        private final boolean isFirst;
        private final Semaphore wanted = new Semaphore(0);
        private volatile boolean cancelled;

        private Sending(Subscriber<? super ByteBuffer> upstream, boolean isFirst) {
            this.upstream = upstream;
            this.isFirst = isFirst;
        }

        @Override
        public void request(long n) {
            wanted.release(Math.clamp(n, 0, PIECE));
        }

        @Override
        public void cancel() {
            cancelled = true;
            wanted.release();
        }

        @Override
        public void run() {
            try {
                var index = 0;
                for (wanted.acquire(); !cancelled; wanted.acquire()) {
                    var piece = piece(index++, isFirst);
                    if (piece == null) {
                        upstream.onComplete();
                        return;
                    }
                    upstream.onNext(ByteBuffer.wrap(piece));
                }
            } catch (IOException | HttpError | InterruptedException | RuntimeException e) {
                fault = e;
                upstream.onError(e);
            }
        }
    }

    /// A kept piece, or else the next to be read; null after the last.
    private byte[] piece(int index, boolean isFirst) throws IOException, HttpError {
        reading.lock();
        try {
            if (index < kept.size()) {
                return kept.get(index);
            }
            if (ended) {
                return null;
            }
            var buffer = new byte[PIECE];
            var piece = counted(buffer, client.request().read(buffer));
            if (piece != null) {
                keep(piece, isFirst);
            }
            return piece;
        } finally {
            reading.unlock();
        }
    }

    /// Keeps a piece if a sending may need it again. Once decided, the second sending needs all
    /// pieces that the first still reads; no sending needs the second's own pieces again.
    private void keep(byte[] piece, boolean isFirst) {
        guard.run(() -> {
            if (sentAgain ? isFirst : count <= MOST_KEPT && !beginningIsLost) {
                kept.add(piece);
            } else if (!sentAgain) {
                kept.clear();
                beginningIsLost = true;
            }
        });
    }

    /// The piece of `n` bytes that was read into the buffer; null at the end, where `n` is -1.
    private byte[] counted(byte[] buffer, int n) throws IOException, HttpError {
        count += Math.max(n, 0);
        if (count > most) {
            throw HttpError.tooLarge(most);
        }
        if (n < 0 && count < client.request().length()) {
            throw new IOException("the request's body ended before it was whole");
        }
        ended = n < 0;
        return ended ? null : Arrays.copyOf(buffer, n);
    }
}
