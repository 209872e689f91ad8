package fakestream.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The service for new requests, and those before it that still have some to finish.
final class Services {
    private final Set<Service> all = ConcurrentHashMap.newKeySet();
    /// Guards the change of the service, so that each one but the last is retired.
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Service current;
    private boolean closed;

    Services(Service first) {
        replace(first);
    }

    /// The service for a request that has come, which it counts from now on.
    Service enter() {
        var service = current;
        while (!service.enter()) {
            service = current;
        }
        return service;
    }

    /// The service for new requests.
    Service current() {
        return current;
    }

    /// From now on, new requests have another service. Any thread may call it; the last one wins.
    void replace(Service next) {
        lock.lock();
        try {
            if (closed) {
                next.close();
                return;
            }
            var before = current;
            all.removeIf(Service::isOver);
            all.add(next);
            current = next;
            if (before != null) {
                before.retire();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether there is no request now.
    boolean isIdle() {
        return all.stream().allMatch(Service::isIdle);
    }

    /// Waits until there is no request.
    ///
    /// @param until by `System.nanoTime`
    /// @return false where there still are some then
    boolean awaitIdle(long until) throws InterruptedException {
        var idle = true;
        for (var service : all) {
            idle &= service.awaitIdle(until);
        }
        return idle;
    }

    /// Ends all calls upstream, as failures of a proxy that shuts down.
    void shutDown() {
        all.forEach(service -> service.upstream().shutDown());
    }

    /// Ends at once, and with it whatever service still comes.
    void close() {
        lock.lock();
        try {
            closed = true;
            all.forEach(Service::close);
        } finally {
            lock.unlock();
        }
    }
}
