package fakestream.http;

import java.io.IOException;

/// The client is no longer there: writing to it, or reading from it, failed.
public final class ClientDisconnected extends IOException {
    private static final long serialVersionUID = 1L;

    public ClientDisconnected() {
        super("the client left");
    }

    public ClientDisconnected(IOException cause) {
        super("the client left", cause);
    }
}
