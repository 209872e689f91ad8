package fakestream.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// How the beginning and the end of the proxy are told to those who serve: first it is not ready,
/// then it is, then no new request is taken, and at last those that are open must hurry. Any
/// thread may tell, and any may ask.
final class Lifetime {
    private final CountDownLatch hurry = new CountDownLatch(1);
    private volatile boolean ready;
    private volatile boolean refusing;

    /// From now on, it can take requests as fast as ever.
    void ready() {
        ready = true;
    }

    /// Whether its first requests would be slow.
    boolean isStarting() {
        return !ready;
    }

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
