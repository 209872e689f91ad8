package fakestream.server;

import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/// One upstream call, and the requests that wait for its answer: the first, whose thread makes it,
/// and those that joined it. The answer is whole when it is shared, so that all threads may read
/// it.
final class SharedCall {
    private final UpstreamRequest upstream;
    private final AtomicInteger waiting = new AtomicInteger(1);
    private final CompletableFuture<Optional<UpstreamAnswer>> outcome = new CompletableFuture<>();

    /// Makes a call.
    @FunctionalInterface
    interface Calling {
        /// @throws UpstreamException where there is no answer
        UpstreamAnswer call() throws UpstreamException;
    }

    /// @param upstream by which the call is made, and ended
    SharedCall(UpstreamRequest upstream) {
        this.upstream = upstream;
    }

    /// Makes the call, on the thread of the first request, and gives its outcome to all.
    ///
    /// @throws UpstreamException where there is no answer
    UpstreamAnswer make(Calling calling) throws UpstreamException {
        try {
            var answer = calling.call();
            // A stream of events belongs to the one that reads it.
            outcome.complete(answer.isEventStream() ? Optional.empty() : Optional.of(answer));
            return answer;
        } catch (UpstreamException e) {
            outcome.completeExceptionally(e);
            throw e;
        } finally {
            // Behind a bug nobody must wait for ever.
            outcome.complete(Optional.empty());
        }
    }

    /// One more request waits for the answer.
    void join() {
        waiting.incrementAndGet();
    }

    /// One request less.
    ///
    /// @return whether that was the last
    boolean leave() {
        return waiting.decrementAndGet() == 0;
    }

    /// Waits for the answer; empty where it cannot be shared.
    ///
    /// @param gone by whose completion the waiting ends with a failure
    /// @throws UpstreamException where the call failed
    Optional<UpstreamAnswer> await(CompletableFuture<Void> gone) throws UpstreamException {
        try {
            CompletableFuture.anyOf(outcome, gone).get();
            return gone.isDone() ? Optional.empty() : outcome.get();
        } catch (ExecutionException e) {
            throw (UpstreamException) e.getCause();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /// Ends the call, unless some request has come back to it.
    void cancelUnlessWaitedFor() {
        if (waiting.get() == 0) {
            upstream.cancel();
        }
    }
}
