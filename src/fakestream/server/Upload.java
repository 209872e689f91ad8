package fakestream.server;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.Semaphore;

/// The body of a client's request on its way upstream, piece by piece as it comes. A virtual thread
/// reads it: the JDK's own publisher of a stream holds each piece back until the next is there.
final class Upload implements BodyPublisher, AutoCloseable {
    private static final int PIECE = 16 * 1024;

    private final Client client;
    private final long length;
    private final int most;
    private final Semaphore wanted = new Semaphore(0);
    private long count;
    private volatile Exception fault;
    private volatile boolean closed;

    private Upload(Client client, long length, int most) {
        this.client = client;
        this.length = length;
        this.most = most;
    }

    /// The body of this client's request, of at most so many bytes.
    ///
    /// @throws ProxyException 413 where it says itself that it is larger
    static Upload of(Client client, int most) throws ProxyException {
        if (client.bodyLength() > most) {
            throw Client.tooLarge(most);
        }
        return new Upload(client, client.bodyLength(), most);
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> upstream) {
        upstream.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {
                wanted.release(Math.clamp(n, 0, PIECE));
            }

            @Override
            public void cancel() {
                close();
            }
        });
        Thread.ofVirtual().start(() -> send(upstream));
    }

    /// Tells where it was not the upstream's fault that the call failed.
    ///
    /// @throws ProxyException 413 where the body became too large
    /// @throws ClientLeft where it broke off
    void check() throws ProxyException, ClientLeft {
        switch (fault) {
            case null -> { }
            case ProxyException tooLarge -> throw tooLarge;
            case IOException broken -> throw new ClientLeft(broken);
            case Exception bug -> throw new IllegalStateException(bug);
        }
    }

    /// Reads no more, once the piece that is under way has come.
    @Override
    public void close() {
        closed = true;
        wanted.release();
    }

    private void send(Subscriber<? super ByteBuffer> upstream) {
        try {
            for (wanted.acquire(); !closed; wanted.acquire()) {
                var piece = next();
                if (piece == null) {
                    upstream.onComplete();
                    return;
                }
                upstream.onNext(piece);
            }
        } catch (IOException | ProxyException | InterruptedException | RuntimeException e) {
            fault = e;
            upstream.onError(e);
        }
    }

    private ByteBuffer next() throws IOException, ProxyException {
        var buffer = new byte[PIECE];
        var n = client.read(buffer);
        count += Math.max(n, 0);
        if (count > most) {
            throw Client.tooLarge(most);
        }
        if (n < 0 && count < length) {
            throw new IOException("the request's body ended before it was whole");
        }
        return n < 0 ? null : ByteBuffer.wrap(buffer, 0, n);
    }
}
