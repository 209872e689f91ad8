package fakestream.http;

/// The key that a request sends upstream: its client's own, or the operator's.
///
/// @param header in which the upstream reads a key, such as `Authorization`
/// @param own the header's value with the client's own key, such as `Bearer sk-...`; null for the
///     operator's key, because each upstream has its own
public record UpstreamKey(String header, String own) {
    private static final String BEARER = "Authorization";

    /// A client's own key in the form of OpenAI and compatible APIs (RFC 6750).
    public static UpstreamKey bearer(String key) {
        return new UpstreamKey(BEARER, "Bearer " + key);
    }

    /// The header's value with this key of the operator.
    public String value(String key) {
        return header.equals(BEARER) ? "Bearer " + key : key;
    }

    /// Only the header's name: the value is a secret.
    @Override
    public String toString() {
        return header + ": ***";
    }
}
