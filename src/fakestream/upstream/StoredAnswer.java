package fakestream.upstream;

/// An upstream's whole answer as a value; it refers to nothing of its call. Any thread may use it;
/// no thread writes to the body.
public record StoredAnswer(UpstreamHead head, byte[] body) {
    private static final int SMALL = 1024;

    /// Roughly how many bytes of the heap it holds.
    public long size() {
        return SMALL + body.length + head.headers().map().entrySet().stream().mapToLong(field ->
                field.getKey().length() + String.join("", field.getValue()).length()).sum();
    }
}
