package fakestream.upstream;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.Flow.Subscriber;

/// The body of one call, which notes when the JDK's client begins to send: the client asks for the
/// length right before it writes the request's head (`Http1Request.headers` in JDK 25). Any thread
/// may ask for that time.
final class SendingBody implements BodyPublisher {
    private final BodyPublisher body;
    private volatile OptionalLong begun = OptionalLong.empty();

    SendingBody(BodyPublisher body) {
        this.body = body;
    }

    /// When the client began to send, by `System.nanoTime`; empty where it has not.
    OptionalLong begun() {
        return begun;
    }

    @Override
    public long contentLength() {
        begun = OptionalLong.of(System.nanoTime());
        return body.contentLength();
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        body.subscribe(subscriber);
    }
}
