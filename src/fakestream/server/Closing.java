package fakestream.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// How the end of the proxy is told to those who serve: first no new request is taken, and then
/// those that are open must hurry. Any thread may tell, and any may ask.
final class Closing {
    private final CountDownLatch hurry = new CountDownLatch(1);
    private volatile boolean refusing;

    /// From now on, new requests are refused.
    void refuse() {
        refusing = true;
    }

    /// Whether new requests are refused.
    boolean isRefusing() {
        return refusing;
    }

    /// From now on, nobody pauses.
    void hurry() {
        hurry.countDown();
    }

    /// Whether there is a hurry.
    boolean isHurrying() {
        return hurry.getCount() == 0;
    }

    /// Waits that long, or until there is a hurry. An interrupt means that the client takes
    /// nothing, and shows at the next write.
    void pause(Duration time) {
        try {
            hurry.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
