package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import fakestream.config.Config;
import fakestream.config.LogLevel;
import fakestream.http.ServerState;
import fakestream.stream.HeartbeatExecutor;
import fakestream.telemetry.Build;
import fakestream.telemetry.Log;
import fakestream.testing.ClientResponse;
import fakestream.testing.StubExchange;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client's view of a bug. The proxy has no known bug, so the exchange throws.
final class RequestHandlerTest {
    private final ByteArrayOutputStream access = new ByteArrayOutputStream();
    private final ByteArrayOutputStream diagnostics = new ByteArrayOutputStream();

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class})
    void answersABugAndLogsWhereItIs(Class<? extends Throwable> fault) throws Exception {
        var exchange = new FaultyExchange(fault.getConstructor(String.class)
                .newInstance("sk-inside"));
        try (var timer = Executors.newSingleThreadScheduledExecutor()) {
            var log = new Log(LogLevel.ERROR, new PrintStream(access),
                    new PrintStream(diagnostics));
            var serverState = new ServerState();
            try (var beats = new HeartbeatExecutor(timer, timer, log)) {
                var generations = new Generations(Config.of(Map.of()), new Build("", ""), 0,
                        serverState, timer, timer, beats, log);
                generations.pending().begin();
                new RequestHandler(generations, serverState, log).handle(exchange);
                generations.close();
            }
            timer.shutdownNow();
        }
        var error = new ClientResponse(exchange.getResponseCode(),
                Map.of("content-type", "application/json"), exchange.body.toByteArray()).error(500);
        assertEquals("internal_error", error.string("code"));
        assertFalse(error.toString().contains("sk-inside"), error::toString);
        assertTrue(exchange.isClosed());
        assertTrue(access.toString().matches("\\S+ GET /v1/models 500 \\d+B \\d+ms failed "
                + "id=req_[0-9a-f]{24} client=127.0.0.1 mode=page\\R"),
                access::toString);
        assertTrue(diagnostics.toString().contains("error GET /v1/models: " + fault.getName()));
        assertTrue(diagnostics.toString().contains("\tat " + FaultyExchange.class.getName()));
    }

    /// An exchange that fails when the handler first asks for the response's headers.
    private static final class FaultyExchange extends StubExchange {
        private final Throwable fault;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private boolean failed;

        FaultyExchange(Throwable fault) {
            this.fault = fault;
            fault.setStackTrace(new StackTraceElement[] {
                new StackTraceElement(FaultyExchange.class.getName(), "m", "DispatcherTest", 1)});
        }

        @Override
        public Headers getResponseHeaders() {
            if (failed) {
                return super.getResponseHeaders();
            }
            failed = true;
            switch (fault) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new AssertionError(fault);
            }
        }

        @Override
        public OutputStream getResponseBody() {
            return body;
        }
    }
}
