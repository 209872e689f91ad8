package fakestream.http;

import java.io.IOException;

/// Writing to the client, or reading from it, failed: it is no longer there.
public final class ClientLeft extends IOException {
    private static final long serialVersionUID = 1L;

    public ClientLeft() {
        super("the client left");
    }

    public ClientLeft(IOException cause) {
        super("the client left", cause);
    }
}
