package fakestream.telemetry;

import fakestream.telemetry.RequestRecord.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// Counts all requests, for `/metrics`. Any thread may call it. No client chooses a label's value:
/// paths, methods and errors count under the proxy's own words, and a status has three digits. This
/// bounds the memory that the figures take.
public final class Metrics {
    /// The progress of a stream.
    public enum Phase { WAITING, REPLAYING, OVER }

    private static final List<Double> SECONDS = List.of(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
            20.0, 40.0, 80.0, 160.0, 320.0, 640.0);
    private static final List<Double> LATENESS = List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
            0.1, 0.25, 0.5, 1.0, 2.5, 5.0);
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /// Silences, in seconds, after which many proxies cut a connection: nginx's, and Cloudflare's.
    private static final List<Integer> SILENCES = List.of(60, 100);

    private final MetricFamily<LongAdder> builds = MetricFamily.gauges("fakestream_build_info",
            "The running version; always 1.", "version", "revision", "java");
    private final MetricFamily<LongAdder> requests = MetricFamily.counters(
            "fakestream_http_requests_total",
            "Requests that are over; 499 is a client that left.", "route", "method", "code");
    private final MetricFamily<Histogram> durations = MetricFamily.histograms(
            "fakestream_http_request_duration_seconds",
            "Time from a request to the end of its answer.", SECONDS, "route", "mode");
    private final MetricFamily<LongAdder> inFlight = MetricFamily.gauges(
            "fakestream_requests_in_flight", "Requests that are open.");
    private final MetricFamily<LongAdder> waiting = MetricFamily.gauges(
            "fakestream_streams_waiting", "Streams whose answer is awaited.");
    private final MetricFamily<LongAdder> replaying = MetricFamily.gauges(
            "fakestream_streams_replaying", "Streams whose answer is being told.");
    private final MetricFamily<Histogram> firstBytes = MetricFamily.histograms(
            "fakestream_time_to_first_byte_seconds",
            "Time to the first byte of a stream; a heartbeat counts.", SECONDS);
    private final MetricFamily<Histogram> firstContents = MetricFamily.histograms(
            "fakestream_time_to_first_content_seconds",
            "Time to the first part of an answer in a stream.", SECONDS);
    private final MetricFamily<Histogram> upstreams = MetricFamily.histograms(
            "fakestream_upstream_request_duration_seconds",
            "Time the upstream took, retries included, by the status of its last answer.", SECONDS,
            "code");
    private final MetricFamily<LongAdder> upstreamErrors = MetricFamily.counters(
            "fakestream_upstream_errors_total", "Requests that the upstream failed in the end.",
            "reason").from("connect", "timeout", "tls", "closed", "too_large", "decode", "status");
    private final MetricFamily<LongAdder> beats = MetricFamily.counters(
            "fakestream_heartbeats_sent_total", "Heartbeats that went out.", "style")
            .from("comment", "chunk");
    private final MetricFamily<Histogram> lateness = MetricFamily.histograms(
            "fakestream_heartbeat_lateness_seconds",
            "Delay of a heartbeat behind its schedule.", LATENESS);
    private final MetricFamily<LongAdder> chunks = MetricFamily.counters(
            "fakestream_chunks_sent_total", "Events of answers that went out.");
    private final MetricFamily<LongAdder> bytes = MetricFamily.counters(
            "fakestream_response_bytes_total", "Bytes of the bodies of responses.");
    private final MetricFamily<LongAdder> disconnects = MetricFamily.counters(
            "fakestream_client_disconnects_total", "Clients that left before the end.", "phase")
            .from("waiting", "replaying");
    private final MetricFamily<LongAdder> clients = MetricFamily.counters(
            "fakestream_streams_total", "Streams that are over, by the kind of client.", "client");
    private final MetricFamily<LongAdder> rejections = MetricFamily.counters(
            "fakestream_rejected_requests_total", "Requests that the proxy refused.", "reason")
            .from("auth", "bad_request", "body_too_large", "draining", "method", "not_found",
                    "overload", "rate_limit");
    private final MetricFamily<LongAdder> retries = MetricFamily.counters(
            "fakestream_retries_total", "Calls to the upstream beyond the first of their request.");
    private final MetricFamily<LongAdder> tokens = MetricFamily.counters("fakestream_tokens_total",
            "Tokens that answers say they have used.", "type").from("input", "output");
    private final MetricFamily<LongAdder> outlived = MetricFamily.counters(
            "fakestream_streams_outlived_silence_total",
            "Completed streams that heartbeats kept alive while the upstream was silent so long.",
            "seconds").from("60", "100");
    private final List<MetricFamily<?>> all = List.of(builds, requests, durations,
            inFlight, waiting, replaying, firstBytes, firstContents, upstreams, upstreamErrors,
            beats, lateness, chunks, bytes, disconnects, clients, rejections, retries, tokens,
            outlived);
    private final Consumer<PrometheusText> memory;
    private volatile boolean reloaded = true;
    private volatile long reloadedAt = Instant.now().getEpochSecond();

    /// @param kinds the kinds of clients
    /// @param memory writes the figures of the memory
    public Metrics(Build build, List<String> kinds, Consumer<PrometheusText> memory) {
        builds.of(build.version(), build.revision(), Runtime.version().toString()).increment();
        clients.from(kinds.toArray(String[]::new));
        this.memory = memory;
    }

    /// Counts a request that has come.
    public void begin() {
        inFlight.of().increment();
    }

    /// Counts a finished request.
    public void end(RequestRecord record) {
        inFlight.of().decrement();
        var method = record.request().method();
        requests.of(record.route, METHODS.contains(method) ? method : "other",
                Integer.toString(record.status())).increment();
        durations.of(record.route, word(record.mode)).observe(record.elapsed());
        bytes.of().add(record.bytes);
        if (record.outcome() == Outcome.CLIENT_LEFT) {
            disconnects.of(record.chunks.first() < 0 ? "waiting" : "replaying").increment();
        }
        if (record.isRefused) {
            rejections.of(reason(record)).increment();
        }
        if (record.isStream()) {
            endStream(record);
        }
        endUpstream(record);
    }

    /// Counts a stream that enters this phase (1) or leaves it (-1).
    public void streams(Phase phase, int change) {
        switch (phase) {
            case WAITING -> waiting.of().add(change);
            case REPLAYING -> replaying.of().add(change);
            case OVER -> { }
        }
    }

    /// Counts a heartbeat that went out.
    ///
    /// @param data whether it is an event
    /// @param late nanoseconds after its due time
    public void beat(boolean data, long late) {
        beats.of(data ? "chunk" : "comment").increment();
        lateness.of().observe(late);
    }

    /// Notes that the settings were read again, or could not be read.
    public void reloaded(boolean successfully) {
        reloaded = successfully;
        reloadedAt = successfully ? Instant.now().getEpochSecond() : reloadedAt;
    }

    /// All figures, including those of the process.
    public String expose() {
        var out = new PrometheusText();
        all.forEach(family -> family.write(out));
        memory.accept(out);
        out.single("fakestream_config_last_reload_successful", "gauge",
                "Whether the last reading of the settings succeeded.", reloaded ? 1 : 0);
        out.single("fakestream_config_last_reload_success_timestamp_seconds", "gauge",
                "When the settings in force were read.", reloadedAt);
        ProcessMetrics.write(out);
        return out.toString();
    }

    private void endStream(RequestRecord record) {
        if (!record.client().isEmpty()) {
            clients.of(record.client()).increment();
        }
        chunks.of().add(record.chunks.count());
        if (record.flushes.first() >= 0) {
            firstBytes.of().observe(record.flushes.first());
        }
        if (record.chunks.first() >= 0) {
            firstContents.of().observe(record.chunks.first());
        }
        var well = record.outcome() == Outcome.OK && record.error().isEmpty();
        if (well && record.beats() > 0) {
            SILENCES.stream()
                    .filter(time -> record.chunks.first() >= TimeUnit.SECONDS.toNanos(time))
                    .forEach(time -> outlived.of(time.toString()).increment());
        }
    }

    private void endUpstream(RequestRecord record) {
        var figures = record.upstream();
        if (figures.calls() == 0) {
            return;
        }
        var status = figures.status();
        upstreams.of(status == 0 ? "none" : status / 100 + "xx")
                .observe(figures.time().toNanos());
        retries.of().add(figures.calls() - 1);
        tokens.of("input").add(Math.max(record.usage.input(), 0));
        tokens.of("output").add(Math.max(record.usage.output(), 0));
        var reason = status >= 400 ? "status" : upstreamReason(record.error());
        if (!reason.isEmpty() && record.outcome() != Outcome.CLIENT_LEFT) {
            upstreamErrors.of(reason).increment();
        }
    }

    private static String upstreamReason(String error) {
        return switch (error) {
            case "", "internal_error", "overloaded", "server_shutdown", "upstream_cancelled" -> "";
            case "upstream_connect_timeout", "upstream_dns", "upstream_proxy",
                    "upstream_unreachable" -> "connect";
            case "upstream_timeout" -> "timeout";
            case "upstream_tls" -> "tls";
            case "upstream_closed", "upstream_truncated" -> "closed";
            case "upstream_too_large" -> "too_large";
            default -> error.startsWith("upstream_") ? "decode" : "status";
        };
    }

    private static String reason(RequestRecord record) {
        return switch (record.status()) {
            case 401, 403 -> "auth";
            case 404 -> "not_found";
            case 405, 501 -> "method";
            case 413 -> "body_too_large";
            case 429 -> "rate_limit";
            case 503 -> record.error().equals("overloaded") ? "overload" : "draining";
            default -> "bad_request";
        };
    }

    /// The word for a constant, in metrics and in logs.
    public static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
