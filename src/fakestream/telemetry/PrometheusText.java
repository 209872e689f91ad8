package fakestream.telemetry;

import java.util.Map;
import java.util.stream.Collectors;

/// Writes figures in the text format 0.0.4 of Prometheus (its docs, `exposition_formats.md`).
///
/// `/metrics` shows these. Each name in seconds is a histogram, except `_total` and `_timestamp_`.
/// No label names the model, because clients choose it.
///
/// | metric | labels | meaning |
/// |---|---|---|
/// | `fakestream_build_info` | `version`, `revision`, `java` | always 1 |
/// | `fakestream_http_requests_total` | `route`, `method`, `code` | finished requests |
/// | `fakestream_http_request_duration_seconds` | `route`, `mode` | request to end of response |
/// | `fakestream_requests_in_flight` | | open requests |
/// | `fakestream_streams_waiting` | | open streams before their answer |
/// | `fakestream_streams_replaying` | | open streams in their answer |
/// | `fakestream_time_to_first_byte_seconds` | | streams: first heartbeat or event |
/// | `fakestream_time_to_first_content_seconds` | | streams: first event of the answer |
/// | `fakestream_upstream_request_duration_seconds` | `code` | all calls of a request |
/// | `fakestream_upstream_errors_total` | `reason` | requests that the upstream failed |
/// | `fakestream_heartbeats_sent_total` | `style` | heartbeats: `comment`, `chunk` |
/// | `fakestream_heartbeat_lateness_seconds` | | how late each heartbeat went out |
/// | `fakestream_chunks_sent_total` | | events of answers |
/// | `fakestream_response_bytes_total` | | bytes of response bodies |
/// | `fakestream_client_disconnects_total` | `phase` | clients that left |
/// | `fakestream_streams_total` | `client` | finished streams; `kind=` in access lines |
/// | `fakestream_rejected_requests_total` | `reason` | requests that the proxy refused |
/// | `fakestream_retries_total` | | upstream calls after a request's first |
/// | `fakestream_tokens_total` | `type` | `input` and `output`, as answers report |
/// | `fakestream_streams_outlived_silence_total` | `seconds` | good streams after silence |
/// | `fakestream_memory_bytes` | `kind` | heap that bodies fill: `request`, `answer` |
/// | `fakestream_memory_max_bytes` | `kind` | heap that bodies may fill |
/// | `fakestream_memory_waiting` | `kind` | bodies that wait for memory now |
/// | `fakestream_memory_waits_total` | `kind` | how often bodies waited |
/// | `fakestream_memory_wait_seconds_total` | `kind` | how long bodies waited |
/// | `fakestream_config_last_reload_successful` | | whether the last SIGHUP succeeded |
/// | `fakestream_config_last_reload_success_timestamp_seconds` | | when settings last loaded |
/// | `process_*`, `jvm_*` | | named as by Prometheus' own clients |
///
/// The labels' values:
///
/// - `code` of the upstream: `2xx` and so on, from its last answer; `none` if it gave none
/// - `reason` of an upstream error: connect, timeout, tls, closed, too_large, decode, status
/// - `reason` of a refusal: auth, bad_request, body_too_large, draining, method, not_found,
///   overload, rate_limit
/// - `phase`: waiting, replaying
/// - `seconds`: 60 and 100; many proxies cut a connection that is silent for so long
public final class PrometheusText {
    /// The media type.
    public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder();

    /// Begins the family of one name; all its series must follow at once.
    ///
    /// @param type `counter`, `gauge`, `histogram` or `summary`
    public PrometheusText family(String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ')
                .append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n')
                .append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /// Adds one series of the family.
    ///
    /// @param name the family's name, for some types with a suffix such as `_sum`
    /// @param labels their values by name, in order
    public PrometheusText sample(String name, Map<String, String> labels, double value) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append(labels.entrySet().stream().map(PrometheusText::label)
                    .collect(Collectors.joining(",", "{", "}")));
        }
        text.append(' ').append(number(value)).append('\n');
        return this;
    }

    /// Adds a family with one series and no labels.
    PrometheusText single(String name, String type, String help, double value) {
        return family(name, type, help).sample(name, Map.of(), value);
    }

    /// All text written so far.
    @Override
    public String toString() {
        return text.toString();
    }

    /// Writes a whole number without a fraction if a double holds it exactly.
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value) : Double.toString(value);
    }

    private static String label(Map.Entry<String, String> label) {
        return label.getKey() + "=\"" + label.getValue().replace("\\", "\\\\")
                .replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
