package fakestream.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.telemetry.RequestRecord.Mode;
import fakestream.telemetry.RequestRecord.Outcome;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The metrics, and the text that shows them.
final class MetricsTest {
    private static final String P = "fakestream_";
    private static final String CHAT = "route=\"chat\",method=\"POST\",code=";

    private static Scrape scrape(TestProxy proxy) {
        return Scrape.of(proxy.request("GET", "/metrics", "").text());
    }

    @Test
    void countsARequestOfEachKind() {
        var answer = Chats.completion("Hello.").replaceFirst("\\}$",
                ",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}");
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (call.body().contains("bad")) {
                        call.json(500, "{}");
                    } else {
                        call.json(200, answer);
                    }
                });
                var proxy = TestProxy.before(upstream, "METRICS=true", "RETRY_MAX=1")) {
            var length = proxy.chat(Chats.WHOLE).body().length;
            length += proxy.chat(Chats.STREAM).body().length;
            length += proxy.chat(Chats.WHOLE.replace("Hi", "bad")).body().length;
            length += proxy.request("POST", "/v1/chat/completions", "{}").body().length;
            length += proxy.request("BREW", "/", "").body().length;
            for (int i = 0; i < 5; i++) {
                proxy.accessLine();
            }
            var seen = scrape(proxy);
            assertEquals(length, seen.value(P + "response_bytes_total"));
            checkCounts(seen);
            checkTimes(seen);
        }
    }

    private static void checkCounts(Scrape seen) {
        assertEquals(2, seen.value(P + "http_requests_total{" + CHAT + "\"200\"}"));
        assertEquals(1, seen.value(P + "http_requests_total{" + CHAT + "\"500\"}"));
        assertEquals(1, seen.value(P + "http_requests_total{" + CHAT + "\"401\"}"));
        assertEquals(1, seen.value(P
                + "http_requests_total{route=\"page\",method=\"other\",code=\"501\"}"));
        assertEquals(10, seen.value(P + "tokens_total{type=\"input\"}"));
        assertEquals(14, seen.value(P + "tokens_total{type=\"output\"}"));
        assertEquals(1, seen.value(P + "retries_total"));
        assertEquals(1, seen.value(P + "upstream_errors_total{reason=\"status\"}"));
        assertEquals(1, seen.value(P + "rejected_requests_total{reason=\"auth\"}"));
        assertEquals(1, seen.value(P + "rejected_requests_total{reason=\"method\"}"));
    }

    private static void checkTimes(Scrape seen) {
        assertEquals(2, seen.value(P
                + "upstream_request_duration_seconds_count{code=\"2xx\"}"));
        assertEquals(1, seen.value(P
                + "upstream_request_duration_seconds_count{code=\"5xx\"}"));
        assertEquals(1, seen.value(P
                + "http_request_duration_seconds_count{route=\"chat\",mode=\"fake\"}"));
        assertEquals(2, seen.value(P
                + "http_request_duration_seconds_count{route=\"chat\",mode=\"whole\"}"));
        assertEquals(1, seen.value(P + "time_to_first_byte_seconds_count"));
        assertEquals(1, seen.value(P + "time_to_first_content_seconds_count"));
        assertTrue(seen.value(P + "chunks_sent_total") >= 4);
        assertEquals(1, seen.value(P + "requests_in_flight"));
    }

    @Test
    void countsOpenStreamsAndClientsThatLeft() {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.begin("text/event-stream");
                    call.chunk(Chats.event("{\"content\":\"Hi\"}"));
                    call.sawClose();
                });
                var proxy = TestProxy.before(upstream, "METRICS=true", "COMMIT_AFTER_MS=0",
                        "STREAM_MODE=real");
                var first = proxy.stream(Chats.STREAM); var second = proxy.stream(Chats.STREAM)) {
            assertTrue(first.next().isHeartbeat());
            assertTrue(second.next().isHeartbeat());
            assertEquals(2, scrape(proxy).value(P + "streams_waiting"));
            first.leave();
            while (!proxy.accessLine().contains(" 499 ")) {
                Thread.onSpinWait();
            }
            var seen = scrape(proxy);
            assertEquals(1, seen.value(P + "streams_waiting"));
            assertEquals(1, seen.value(P + "client_disconnects_total{phase=\"waiting\"}"));
            assertEquals(2, seen.value(P + "requests_in_flight"));
            assertEquals(2, seen.value(P + "heartbeat_lateness_seconds_count"));
            assertEquals(2, seen.value(P + "heartbeats_sent_total{style=\"comment\"}"));
            gate.countDown();
            second.next("Hi");
            seen = scrape(proxy);
            assertEquals(0, seen.value(P + "streams_waiting"));
            assertEquals(1, seen.value(P + "streams_replaying"));
            second.leave();
            while (!proxy.accessLine().contains(" 499 ")) {
                Thread.onSpinWait();
            }
            seen = scrape(proxy);
            assertEquals(0, seen.value(P + "streams_replaying"));
            assertEquals(1, seen.value(P + "client_disconnects_total{phase=\"replaying\"}"));
            assertEquals(0, seen.value(P + "upstream_errors_total{reason=\"status\"}"));
        }
    }

    @Test
    void includesProcessMetrics() {
        try (var upstream = ScriptedUpstream.answering(200, "{}");
                var proxy = TestProxy.before(upstream, "METRICS=true")) {
            var seen = scrape(proxy);
            assertEquals(1, seen.value(P + "build_info{version=\"1.2.3\",revision=\"abc\",java=\""
                    + Runtime.version() + "\"}"));
            for (var name : new String[] {"process_start_time_seconds",
                "process_cpu_seconds_total", "process_open_fds", "process_max_fds",
                "process_resident_memory_bytes", "jvm_memory_used_bytes{area=\"heap\"}",
                "jvm_memory_used_bytes{area=\"nonheap\"}", "jvm_memory_max_bytes{area=\"heap\"}",
                "jvm_threads_current"}) {
                assertTrue(seen.value(name) > 0, name);
            }
            var uptime = System.currentTimeMillis() / 1e3
                    - seen.value("process_start_time_seconds");
            assertTrue(uptime > 0 && uptime < 36_000, () -> uptime + " s");
            assertEquals("summary", seen.type("jvm_gc_collection_seconds"));
        }
    }

    @Test
    void keepsCountingAfterAReload() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "METRICS=true")) {
            proxy.chat(Chats.WHOLE);
            proxy.accessLine();
            assertEquals(1, scrape(proxy).value(P + "config_last_reload_successful"));
            proxy.server().keepSettings();
            assertEquals(0, scrape(proxy).value(P + "config_last_reload_successful"));
            proxy.server().reload(Config.of(Map.of("METRICS", "true")));
            var seen = scrape(proxy);
            assertEquals(1, seen.value(P + "config_last_reload_successful"));
            assertEquals(1, seen.value(P + "http_requests_total{" + CHAT + "\"200\"}"));
            var age = System.currentTimeMillis() / 1e3
                    - seen.value(P + "config_last_reload_success_timestamp_seconds");
            assertTrue(age >= 0 && age < 60, () -> age + " s");
        }
    }

    /// The record of a stream that waited `seconds` for its first content.
    private static RequestRecord stream(long seconds, int beats) {
        var clock = new AtomicLong();
        var record = new RequestRecord(new RequestRecord.Request("req_1", "::1", "POST", "/",
                "HTTP/1.1", ""), clock::get);
        record.mode(Mode.FAKE);
        record.status(200);
        for (int i = 0; i < beats; i++) {
            record.quietBeats.add();
        }
        clock.set(TimeUnit.SECONDS.toNanos(seconds));
        record.chunks.add();
        return record;
    }

    private static void serve(Metrics metrics, RequestRecord record) {
        metrics.begin();
        metrics.end(record);
    }

    private static RequestRecord broken(RequestRecord record) {
        record.outcome(Outcome.BROKEN_OFF);
        return record;
    }

    @Test
    void countsStreamsThatOutlivedASilence() {
        var metrics = Scrape.metrics();
        serve(metrics, stream(59, 1));
        serve(metrics, stream(60, 1));
        serve(metrics, stream(100, 1));
        serve(metrics, stream(100, 0));
        serve(metrics, broken(stream(100, 1)));
        var seen = Scrape.of(metrics.expose());
        assertEquals(2, seen.value(P + "streams_outlived_silence_total{seconds=\"60\"}"));
        assertEquals(1, seen.value(P + "streams_outlived_silence_total{seconds=\"100\"}"));
        assertEquals(4, seen.value(P + "time_to_first_content_seconds_bucket{le=\"160\"}")
                - seen.value(P + "time_to_first_content_seconds_bucket{le=\"40\"}") - 1);
        assertEquals(419, seen.value(P + "time_to_first_content_seconds_sum"));
    }

    @ParameterizedTest
    @CsvSource({"upstream_unreachable, 0, connect", "upstream_dns, 0, connect",
        "upstream_connect_timeout, 0, connect", "upstream_proxy, 0, connect",
        "upstream_timeout, 200, timeout",
        "upstream_tls, 0, tls", "upstream_closed, 0, closed", "upstream_truncated, 200, closed",
        "upstream_too_large, 200, too_large", "upstream_not_json, 200, decode",
        "upstream_empty, 503, status", "rate_limit_exceeded, 200, status",
        "server_shutdown, 0, none", "internal_error, 200, none", "'', 200, none"})
    void countsUpstreamFailuresByReason(String code, int status, String reason) {
        var metrics = Scrape.metrics();
        var record = stream(1, 0);
        if (!code.isEmpty()) {
            record.failed(code);
        }
        record.asks(() -> new UpstreamSummary(3, status, "", Duration.ofSeconds(2)));
        serve(metrics, record);
        var seen = Scrape.of(metrics.expose());
        for (var each : new String[] {"connect", "timeout", "tls", "closed", "too_large", "decode",
            "status"}) {
            assertEquals(each.equals(reason) ? 1 : 0,
                    seen.value(P + "upstream_errors_total{reason=\"" + each + "\"}"), each);
        }
        assertEquals(2, seen.value(P + "retries_total"));
    }

    @Test
    void measuresTheDelayOfHeartbeats() {
        var metrics = Scrape.metrics();
        metrics.beat(false, 900_000);
        metrics.beat(false, 1_000_000);
        metrics.beat(true, 9_000_000_000L);
        var seen = Scrape.of(metrics.expose());
        assertEquals(2, seen.value(P + "heartbeats_sent_total{style=\"comment\"}"));
        assertEquals(1, seen.value(P + "heartbeats_sent_total{style=\"chunk\"}"));
        assertEquals(2, seen.value(P + "heartbeat_lateness_seconds_bucket{le=\"0.001\"}"));
        assertEquals(2, seen.value(P + "heartbeat_lateness_seconds_bucket{le=\"5\"}"));
        assertEquals(3, seen.value(P + "heartbeat_lateness_seconds_bucket{le=\"+Inf\"}"));
    }

    @Test
    void areListedInTheTableOfPrometheusText() throws IOException {
        var source = Files.readString(Path.of("src/fakestream/telemetry/PrometheusText.java"));
        for (var family : Scrape.of(Scrape.metrics().expose()).families()) {
            assertTrue(source.contains("/// | `" + family + "` |")
                    || family.startsWith("process_") || family.startsWith("jvm_"), family);
        }
    }

    @Test
    void escapesLabelsAndHelp() {
        var text = new PrometheusText().family("a", "gauge", "b\\\nc")
                .sample("a", Map.of("l", "\"\\\n"), 0.000_01)
                .toString();
        assertEquals("# HELP a b\\\\\\nc\n# TYPE a gauge\na{l=\"\\\"\\\\\\n\"} 1.0E-5\n", text);
        Scrape.of(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a 1\n", "# HELP a b\n# TYPE a gauge\na 1\na 1\n",
        "# HELP a b\n# TYPE a gauge\na 1", "# HELP a b\n# TYPE a gauge\nb 1\n",
        "# HELP a b\n# TYPE a gauge\n# HELP a b\n", "# HELP a b\n# TYPE a gauge\na NaN\n",
        "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
        "# HELP a b\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
        "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n"
            + "a_sum 1\na_count 1\n"})
    void failsToScrapeInvalidText(String text) {
        assertThrows(AssertionError.class, () -> Scrape.of(text));
    }

    @Test
    void exposesNoNameThatAClientSends() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "METRICS=true")) {
            proxy.chat(Chats.STREAM.replace("\"m\"", "\"strange-model\""));
            proxy.request("STRANGE", "/strange", "");
            proxy.accessLine();
            proxy.accessLine();
            var text = proxy.request("GET", "/metrics", "").text();
            assertFalse(text.toLowerCase().contains("strange"), text);
        }
    }
}
