package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.http.ByteBudget;
import fakestream.telemetry.Redactor;
import fakestream.testing.Chats;
import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.endpoint.AnswerReader.Judged;
import fakestream.upstream.StoredAnswer;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamHead;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The requests that join a call, and the memory that a call takes.
final class SharedCallTest {
    private static final int GOOD = 200;
    private static final AnswerReader<UpstreamAnswer> JUDGE =
            answer -> new Judged<>(answer, answer.head().status(), Optional.empty());

    @TempDir
    private Path directory;
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ByteBudget memory = new ByteBudget(1L << 30, 1L << 30);
    private CallSharing sharing;

    @BeforeEach
    void start() {
        timer.setRemoveOnCancelPolicy(true);
        sharing = new CallSharing(timer, threads, memory);
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
        threads.shutdownNow();
    }

    private static UpstreamAnswer answer(int bytes) {
        return answer(GOOD, "x".repeat(bytes));
    }

    private static UpstreamAnswer answer(int status, String body) {
        return UpstreamAnswer.of(new StoredAnswer(new UpstreamHead(status,
                HttpHeaders.of(Map.of(), (_, _) -> true), Redactor.ofKeys()),
                body.getBytes(StandardCharsets.UTF_8)));
    }

    /// One request of a client.
    private final class Visit {
        private final AtomicReference<Runnable> onLeaving = new AtomicReference<>();
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CompletableFuture<UpstreamAnswer> upstream = new CompletableFuture<>();
        private final CompletableFuture<UpstreamAnswer> outcome = new CompletableFuture<>();

        Visit(String name, boolean repeats, Duration window) {
            threads.execute(() -> {
                try {
                    outcome.complete(UpstreamAnswer.of(sharing.answer(new CallSharing.Sharer(name,
                            repeats, window, onLeaving::set, () -> upstream.complete(null)),
                            JUDGE, this::call)));
                } catch (UpstreamException | RuntimeException e) {
                    outcome.completeExceptionally(e);
                }
            });
        }

        private StoredAnswer call(AnswerReader<StoredAnswer> judge) throws UpstreamException {
            asked.countDown();
            var answer = upstream.join();
            if (answer == null) {
                throw UpstreamException.cancelled(null);
            }
            var judged = judge.read(answer);
            assertEquals(answer.head().status(), judged.status());
            return judged.answer();
        }

        private void leave() {
            onLeaving.get().run();
        }

        private String body() throws Exception {
            return new String(outcome.get(10, TimeUnit.SECONDS).body(), StandardCharsets.UTF_8);
        }

        private int length() throws Exception {
            return body().length();
        }
    }

    @Test
    void givesAnErrorToAllThatJoined() throws Exception {
        var first = new Visit("a", false, Duration.ofHours(1));
        first.asked.await();
        var joined = new Visit("a", true, Duration.ofHours(1));
        while (joined.onLeaving.get() == null && !joined.outcome.isDone()) {
            Thread.onSpinWait();
        }
        first.upstream.complete(answer(400, "bad"));
        assertEquals("bad", first.body());
        assertEquals("bad", joined.body());
        assertEquals(0, timer.getQueue().size(), "an error is not kept");
        assertEquals(1, joined.asked.getCount(), "the second makes no call");
    }

    @Test
    void restartsTheWindowWhenAClientComesBack() throws Exception {
        var first = new Visit("a", false, Duration.ofHours(1));
        first.asked.await();
        first.leave();
        assertEquals(1, timer.getQueue().size());
        var back = new Visit("a", true, Duration.ofHours(1));
        while (back.onLeaving.get() == null) {
            Thread.onSpinWait();
        }
        assertEquals(0, timer.getQueue().size());
        back.leave();
        assertEquals(1, timer.getQueue().size());
        first.upstream.complete(answer(1));
        assertEquals(1, first.length());
    }

    /// A second request of this name replaces the call, because it does not say that it retries.
    @Test
    void endsWithItsClientIfAnotherCallHasItsName() throws Exception {
        var first = new Visit("a", false, Duration.ofMillis(1));
        first.asked.await();
        var other = new Visit("a", false, Duration.ofHours(1));
        other.asked.await();
        first.leave();
        assertThrows(ExecutionException.class, first::length);
        other.upstream.complete(answer(2));
        assertEquals(2, other.length());
    }

    /// A client comes back just when its call is given up: it joins the call, which then continues,
    /// or makes a call of its own.
    @Test
    void isNeverGivenUpAfterARetryJoins() throws Exception {
        var window = Duration.ofMillis(2);
        for (int i = 0; i < 300; i++) {
            var first = new Visit("call " + i, false, window);
            first.asked.await();
            first.leave();
            LockSupport.parkNanos(window.toNanos() + (i % 40 - 20) * 50_000L);
            var second = new Visit("call " + i, true, window);
            while (second.asked.getCount() > 0 && second.onLeaving.get() == null
                    && !second.outcome.isDone()) {
                Thread.onSpinWait();
            }
            CompletableFuture.anyOf(first.upstream, second.outcome)
                    .completeOnTimeout(null, 20, TimeUnit.MILLISECONDS).join();
            first.upstream.complete(answer(1));
            second.upstream.complete(answer(2));
            assertTrue(second.length() > 0, "at the turn " + i);
        }
    }

    @Test
    void leavesNoTimerTaskAfterItIsForgotten() throws Exception {
        for (int i = 0; i < 100; i++) {
            var visit = new Visit("call " + i, false, Duration.ofHours(1));
            visit.upstream.complete(answer(1024 * 1024));
            assertEquals(1024 * 1024, visit.length());
        }
        // 32 MiB are kept; an answer takes a little more than its body.
        assertEquals(31, timer.getQueue().size());
        assertEquals(31L * (1024 * 1024 + 1024), memory.figures().held());
    }

    @Test
    void leavesNoTimerTaskAfterItEnds() throws Exception {
        var visit = new Visit("a", false, Duration.ofHours(1));
        visit.asked.await();
        visit.leave();
        assertEquals(1, timer.getQueue().size());
        visit.upstream.complete(null);
        assertThrows(ExecutionException.class, visit::length);
        assertEquals(0, timer.getQueue().size());
        var repetition = new Visit("a", true, Duration.ofHours(1));
        repetition.upstream.complete(answer(3));
        assertEquals(3, repetition.length());
        assertEquals(1, timer.getQueue().size(), "of the answer that is kept");
    }

    /// Each request and each answer is one megabyte.
    @Test
    void keepsAnswersButNotTheirRequests() {
        var text = "x".repeat(1024 * 1024);
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion(text));
                var daemon = Daemon.startWithOptions("-Xmx128m -XX:+ExitOnOutOfMemoryError",
                        directory, "--port", "0", "--upstream", upstream.url(),
                        "--set", "IDEMPOTENCY_WINDOW_MS=3600000")) {
            var port = URI.create(daemon.url()).getPort();
            for (int i = 0; i < 150; i++) {
                try (var client = RawClient.connect(port).request("POST", "/v1/chat/completions",
                        Chats.WHOLE.replace("Hi", text + i), TestProxy.KEY)) {
                    assertEquals(200, client.response().status());
                }
            }
        }
    }
}
