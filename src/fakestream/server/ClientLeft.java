package fakestream.server;

import java.io.IOException;

/// Writing to the client, or reading from it, failed: it is no longer there.
final class ClientLeft extends IOException {
    private static final long serialVersionUID = 1L;

    ClientLeft() {
        super("the client left");
    }

    ClientLeft(IOException cause) {
        super("the client left", cause);
    }
}
