package fakestream.http;

/// The key that a request sends upstream: its client's own, or the operator's.
///
/// @param header in which the upstream reads a key, such as `Authorization`
/// @param own the header's value with the client's own key, such as `Bearer sk-...`; null for the
///     operator's key, because each upstream has its own
public record UpstreamKey(String header, String own) {
    /// The header in which Azure's clients send a key, and Azure reads it.
    public static final String AZURES = "api-key";

    private static final String BEARER = "Authorization";

    /// A client's own key in the form of OpenAI and compatible APIs (RFC 6750).
    public static UpstreamKey bearer(String key) {
        return new UpstreamKey(BEARER, "Bearer " + key);
    }

    /// The header's value with this key of the operator.
    public String value(String key) {
        return header.equals(BEARER) ? "Bearer " + key : key;
    }

    /// The same key for another vendor with the same API.
    ///
    /// @param azures whether that is Azure
    public UpstreamKey at(boolean azures) {
        return header.equals(BEARER) || header.equals(AZURES)
                ? new UpstreamKey(azures ? AZURES : BEARER, own) : this;
    }

    /// Only the header's name: the value is a secret.
    @Override
    public String toString() {
        return header + ": ***";
    }
}
