package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import fakestream.http.ByteBudget;
import fakestream.telemetry.Redactor;
import fakestream.testing.Call;
import fakestream.testing.ScriptedUpstream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// One call and its deadlines.
final class UpstreamCallTest {
    /// A retry may begin after its pause when the whole request has no time left.
    @Test
    void endsAtOnceIfNoTimeIsLeft() {
        try (var upstream = ScriptedUpstream.start(Call::sawClose);
                var executor = Executors.newVirtualThreadPerTaskExecutor();
                var timer = Executors.newSingleThreadScheduledExecutor()) {
            var connections = new UpstreamConnections(HttpClient::newHttpClient);
            var request = HttpRequest.newBuilder(URI.create(upstream.url())).build();
            var call = new UpstreamCall(connections.lease(false), request,
                    new UpstreamCall.Limits(Duration.ZERO, Duration.ofMinutes(1), System.nanoTime(),
                            1000),
                    new ByteBudget(0, 0).hold(), Redactor.ofKeys(), timer, executor);
            var failure = assertThrows(UpstreamException.class, call::await);
            assertEquals("upstream_timeout", failure.error().object().string("code"));
            connections.close();
        }
    }
}
