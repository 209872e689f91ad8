package fakestream.http;

import java.io.IOException;

/// Writing to the client, or reading from it, failed: it is no longer there.
public final class ClientDisconnected extends IOException {
    private static final long serialVersionUID = 1L;

    public ClientDisconnected() {
        super("the client left");
    }

    public ClientDisconnected(IOException cause) {
        super("the client left", cause);
    }
}
