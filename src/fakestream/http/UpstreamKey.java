package fakestream.http;

/// The key that goes upstream, in the header in which that upstream looks for it.
///
/// @param header such as `Authorization`
/// @param value such as `Bearer sk-...`
public record UpstreamKey(String header, String value) {
    /// The form of OpenAI and those like it (RFC 6750).
    public static UpstreamKey bearer(String key) {
        return new UpstreamKey("Authorization", "Bearer " + key);
    }

    /// The header's name alone: the value is a secret.
    @Override
    public String toString() {
        return header + ": ***";
    }
}
