package fakestream.http;

/// The key for the upstream, in the header that the upstream reads.
///
/// @param header such as `Authorization`
/// @param value such as `Bearer sk-...`
public record UpstreamKey(String header, String value) {
    /// The form of OpenAI and compatible APIs (RFC 6750).
    public static UpstreamKey bearer(String key) {
        return new UpstreamKey("Authorization", "Bearer " + key);
    }

    /// Only the header's name: the value is a secret.
    @Override
    public String toString() {
        return header + ": ***";
    }
}
