package fakestream.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// How the beginning and the end of the proxy are told to those who serve: first it is not ready,
/// then it is, then no new request is taken, and at last those that are open must hurry. Any
/// thread may tell, and any may ask.
public final class ServerState {
    private final Set<Thread> pausing = ConcurrentHashMap.newKeySet();
    private volatile boolean ready;
    private volatile boolean refusing;
    private volatile boolean hurrying;

    /// From now on, it can take requests as fast as ever.
    public void ready() {
        ready = true;
    }

    /// Whether its first requests would be slow.
    public boolean isStarting() {
        return !ready;
    }

    /// From now on, new requests are refused.
    public void refuse() {
        refusing = true;
    }

    /// Whether new requests are refused.
    public boolean isRefusing() {
        return refusing;
    }

    /// From now on, nobody pauses.
    public void hurry() {
        hurrying = true;
        pausing.forEach(LockSupport::unpark);
    }

    /// Whether there is a hurry.
    public boolean isHurrying() {
        return hurrying;
    }

    /// Waits that long, or until there is a hurry. An interrupt means that the client takes
    /// nothing, and shows at the next write.
    ///
    /// Each stream waits by itself: a latch at which a thousand of them wait looks through them all
    /// whenever the time of one is up.
    public void pause(Duration time) {
        var start = System.nanoTime();
        var thread = Thread.currentThread();
        pausing.add(thread);
        for (var left = time.toNanos(); left > 0 && !hurrying && !thread.isInterrupted();
                left = time.toNanos() - (System.nanoTime() - start)) {
            LockSupport.parkNanos(this, left);
        }
        pausing.remove(thread);
    }
}
