package fakestream.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The service for new requests, and those before it that still have some to finish.
final class Services {
    private final Set<Service> all = ConcurrentHashMap.newKeySet();
    private volatile Service current;

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

    /// From now on, new requests have another service. One thread at a time.
    void replace(Service next) {
        var before = current;
        all.removeIf(Service::isOver);
        all.add(next);
        current = next;
        if (before != null) {
            before.retire();
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

    /// Ends at once.
    void close() {
        all.forEach(Service::close);
    }
}
