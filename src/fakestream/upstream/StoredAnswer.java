package fakestream.upstream;

import fakestream.telemetry.Redactor;
import java.net.http.HttpHeaders;

/// An upstream's whole answer as a value, which holds nothing of the call that brought it. Any
/// thread may have it; nobody writes to the body.
///
/// @param redactor hide in its errors the secrets that were sent upstream
public record StoredAnswer(int status, HttpHeaders headers, Redactor redactor, byte[] body) {
    private static final int SMALL = 1024;

    /// What it holds of the heap, in bytes, more or less.
    public long size() {
        return SMALL + body.length + headers.map().entrySet().stream().mapToLong(field ->
                field.getKey().length() + String.join("", field.getValue()).length()).sum();
    }

    /// Whether the status says that it worked.
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }
}
