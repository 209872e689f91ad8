package fakestream.server;

import fakestream.protocol.ApiError;
import java.util.Map;

/// The request cannot be served, and this is what the client sees: a status of 4xx and an error in
/// OpenAI's form. It is only thrown before the response has begun.
final class ProxyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    ProxyException(int status, ApiError error) {
        this(status, error, Map.of());
    }

    ProxyException(int status, ApiError error, Map<String, String> headers) {
        super(error.message());
        this.reply = Reply.error(status, error).with(headers);
    }

    /// What the client gets.
    Reply reply() {
        return reply;
    }
}
