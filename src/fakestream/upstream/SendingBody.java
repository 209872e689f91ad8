package fakestream.upstream;

import fakestream.json.Parts;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.concurrent.Flow.Subscriber;
import java.util.function.Supplier;

/// The body of a request. It notes when the JDK's client begins to send: the client asks for the
/// length right before it writes the request's head (`Http1Request.headers` in JDK 25). Any thread
/// may ask for that time.
final class SendingBody implements BodyPublisher {
    private static final int LONGEST_COPY = 16 * 1024;

    private final BodyPublisher body;
    private volatile long begun = System.nanoTime();

    SendingBody(BodyPublisher body) {
        this.body = body;
    }

    /// A text that can be sent again. The JDK copies a whole array and keeps the copy until the
    /// answer comes, so a long text is read as a stream instead, each time it is sent.
    ///
    /// @param length the length of the text in bytes
    static BodyPublisher text(Supplier<Parts> text, int length) {
        return length <= LONGEST_COPY
                ? BodyPublishers.ofByteArray(text.get().bytes()) : BodyPublishers.fromPublisher(
                        BodyPublishers.ofInputStream(() -> stream(text.get())), length);
    }

    private static InputStream stream(Parts text) {
        return new SequenceInputStream(Collections.enumeration(text.list().stream().map(part ->
                new ByteArrayInputStream(part.bytes(), part.from(), part.length())).toList()));
    }

    /// When the client last began to send, by `System.nanoTime`; the time of its making if never.
    long begun() {
        return begun;
    }

    @Override
    public long contentLength() {
        begun = System.nanoTime();
        return body.contentLength();
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        body.subscribe(subscriber);
    }
}
