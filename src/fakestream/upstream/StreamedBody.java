package fakestream.upstream;

import fakestream.json.Parts;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.atomic.AtomicReference;

/// The body of a request that passes through, piece by piece.
public interface StreamedBody extends BodyPublisher {
    /// Whether it could be sent once more from its beginning.
    boolean canBeSentAgain();

    /// A body that is here already, until it is closed.
    final class Here implements StreamedBody, AutoCloseable {
        private final AtomicReference<Parts> bytes;
        private final BodyPublisher body;

        public Here(Parts bytes) {
            this.bytes = new AtomicReference<>(bytes);
            this.body = SendingBody.of(this.bytes::get, bytes.length());
        }

        @Override
        public boolean canBeSentAgain() {
            return bytes.get() != null;
        }

        @Override
        public long contentLength() {
            return body.contentLength();
        }

        @Override
        public void subscribe(Subscriber<? super ByteBuffer> upstream) {
            body.subscribe(upstream);
        }

        /// Releases the bytes, except those that are still being sent: the JDK keeps the request as
        /// long as its answer is read.
        @Override
        public void close() {
            bytes.set(null);
        }
    }
}
