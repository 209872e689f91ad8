package fakestream.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// The state of the proxy: not ready, then ready, then refusing new requests, and at last hurrying
/// the open ones. Any thread may set it, and any may ask.
public final class ServerState {
    private final Set<Thread> pausing = ConcurrentHashMap.newKeySet();
    private volatile boolean ready;
    private volatile boolean refusing;
    private volatile boolean hurrying;

    /// From now on, requests are served at full speed.
    public void ready() {
        ready = true;
    }

    /// Whether the first requests would be slow.
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

    /// Ends all pauses, now and from now on.
    public void hurry() {
        hurrying = true;
        pausing.forEach(LockSupport::unpark);
    }

    /// Whether [#hurry()] was called.
    public boolean isHurrying() {
        return hurrying;
    }

    /// Waits for this time, or until [#hurry()]. An interrupt means that the client takes no bytes;
    /// the next write shows it.
    ///
    /// Each stream waits by itself: a shared latch would look through a thousand waiting streams
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
