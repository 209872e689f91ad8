package fakestream.upstream;

import fakestream.http.ByteBudget;
import fakestream.telemetry.Redactor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.zip.GZIPInputStream;

/// Bytes declared as gzip decode as the JDK decodes them, up to the bound, or fail as the
/// upstream's fault ([UpstreamException]). An empty body decodes to nothing.
public final class GzipFuzz {
    private static final int MOST = 100_000;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final ScheduledThreadPoolExecutor TIMER = new ScheduledThreadPoolExecutor(1);

    static {
        TIMER.setRemoveOnCancelPolicy(true);
    }

    private GzipFuzz() {
    }

    public static void fuzzerTestOneInput(byte[] bytes) {
        var expected = expected(bytes);
        var call = new UpstreamCall(
                new UpstreamConnections(() -> AnsweringClient.with(bytes)).lease(false),
                AnsweringClient.REQUEST,
                new UpstreamCall.Limits(Duration.ZERO, HOUR, System.nanoTime() + HOUR.toNanos(),
                        MOST),
                new ByteBudget(0, Long.MAX_VALUE).hold(), Redactor.ofKeys(), TIMER, Runnable::run);
        try {
            var body = new UpstreamAnswer(call.await(), call).decoded().body();
            if (!Arrays.equals(body, expected)) {
                throw new AssertionError("other bytes than the JDK's");
            }
        } catch (UpstreamException e) {
            if (expected != null) {
                throw new AssertionError("the JDK has no fault to find", e);
            }
        } finally {
            call.cancel();
        }
    }

    private static byte[] expected(byte[] bytes) {
        if (bytes.length == 0) {
            return bytes;
        }
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            var plain = gzip.readNBytes(MOST + 1);
            return plain.length > MOST ? null : plain;
        } catch (IOException _) {
            return null;
        }
    }
}
