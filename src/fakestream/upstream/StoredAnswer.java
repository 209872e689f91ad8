package fakestream.upstream;

import fakestream.telemetry.Redactor;
import java.net.http.HttpHeaders;

/// An upstream's whole answer as a value; it refers to nothing of its call. Any thread may use it;
/// no thread writes to the body.
///
/// @param redactor hides the secrets that were sent upstream in its errors
public record StoredAnswer(int status, HttpHeaders headers, Redactor redactor, byte[] body) {
    private static final int SMALL = 1024;

    /// Roughly how many bytes of the heap it holds.
    public long size() {
        return SMALL + body.length + headers.map().entrySet().stream().mapToLong(field ->
                field.getKey().length() + String.join("", field.getValue()).length()).sum();
    }

    /// Whether the status is 2xx.
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }
}
