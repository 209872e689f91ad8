package fakestream.upstream;

import fakestream.telemetry.Redactor;
import java.net.http.HttpHeaders;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;

/// The head of an upstream's answer. Any thread may use it.
///
/// @param redactor hides the secrets that were sent upstream in its errors
/// @param headersForClient the headers that the client may see, such as `retry-after`, without
///     secrets
public record UpstreamHead(int status, HttpHeaders headers, Redactor redactor,
        Map<String, String> headersForClient) {

    public UpstreamHead(int status, HttpHeaders headers, Redactor redactor) {
        this(status, headers, redactor, Collections.unmodifiableMap(
                masked(HeaderRules.toClient(headers.map()), redactor)));
    }

    private static Map<String, String> masked(Map<String, String> headers, Redactor redactor) {
        headers.replaceAll((_, value) -> redactor.text(value));
        return headers;
    }

    /// Whether the status is 2xx.
    public boolean isSuccess() {
        return status / 100 == 2;
    }

    /// Whether the status is 3xx.
    public boolean isRedirect() {
        return status / 100 == 3;
    }

    /// Whether the upstream says that another call would not help.
    boolean forbidsRetry() {
        return header("x-should-retry").equalsIgnoreCase("false");
    }

    /// The headers that describe a body which passes through unread, without secrets.
    public Map<String, String> headersOfBody() {
        return masked(HeaderRules.ofBodyToClient(headers.map()), redactor);
    }

    /// The body's declared length in bytes; -1 if there is none.
    public long length() {
        return HeaderRules.length(headers);
    }

    /// The media type in lower case, without its parameters; empty if there is none.
    public String contentType() {
        return header("content-type").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /// The first field of this name; empty if there is none.
    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }
}
