package fakestream.server;

import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.protocol.Protocol;
import fakestream.upstream.HeaderRules;
import fakestream.upstream.Upstream;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamKey;
import fakestream.upstream.UpstreamRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// Everything that is not told as a stream goes through as it is, both ways, without being read or
/// kept: embeddings, files, audio, images, whatever the method and the body. Only an error is read,
/// for the secrets that may be in it.
final class PassThrough {
    /// Longer errors pass unread.
    private static final int LONGEST_ERROR = 256 * 1024;

    private final Upstream upstream;
    private final int mostBytes;
    private final int mostUpstreamBytes;

    PassThrough(Upstream upstream, Config config) {
        this.upstream = upstream;
        this.mostBytes = config.get(Setting.MAX_BODY_BYTES);
        this.mostUpstreamBytes = config.get(Setting.MAX_UPSTREAM_BYTES);
    }

    /// Serves one request.
    ///
    /// @param endpoint upstream, with its query
    /// @param protocol in whose form a failure of the proxy's own is told
    /// @throws ProxyException 413 for a body that is too large
    /// @throws IOException where the client left, or the answer had to be broken off
    void serve(Client client, String endpoint, UpstreamKey key, Protocol protocol)
            throws ProxyException, IOException {
        try (var up = upstream.request(key, client.id(), client.headers());
                var body = Upload.of(client, mostBytes)) {
            client.asks(up);
            client.record().mode(AccessRecord.Mode.PASS);
            relay(client, endpoint, send(client, endpoint, up, body));
        } catch (UpstreamException e) {
            client.checkPresence();
            client.record().failed(e.error());
            if (client.status() != 0) {
                throw new BrokenOff(e.getMessage());
            }
            client.send(Reply.error(protocol, e.status(), e.error()));
        }
    }

    private static UpstreamAnswer send(Client client, String endpoint, UpstreamRequest up,
            Upload body) throws UpstreamException, ProxyException, ClientLeft {
        var headers = HeaderRules.ofBodyToUpstream(client.headers());
        try {
            return up.send(client.method(), endpoint, headers, body);
        } catch (UpstreamException e) {
            body.check();
            throw e;
        }
    }

    private void relay(Client client, String endpoint, UpstreamAnswer answer)
            throws UpstreamException, ClientLeft {
        var bodiless = client.method().equals("HEAD") || answer.status() == 204
                || answer.status() == 304 || answer.length() == 0;
        if (!bodiless && answer.length() > mostUpstreamBytes) {
            throw UpstreamException.tooLarge();
        }
        client.responseHeaders().set("X-Content-Type-Options", "nosniff");
        answer.headersForClient().forEach(client.responseHeaders()::set);
        upstream.location(endpoint, answer)
                .ifPresent(location -> client.responseHeaders().set("Location", location));
        if (client.method().equals("HEAD") && answer.length() >= 0) {
            client.responseHeaders().set("Content-Length", String.valueOf(answer.length()));
        }
        if (bodiless) {
            client.send(new Reply(answer.status(), answer.headersOfBody(), new byte[0]));
            return;
        }
        var error = isLegibleError(answer) ? answer.bodyUpTo(LONGEST_ERROR)
                : Optional.<byte[]>empty();
        if (error.isPresent()) {
            client.send(new Reply(answer.status(), answer.headersOfBody(),
                    answer.masks().body(error.get())));
            return;
        }
        client.begin(answer.status(), answer.headersOfBody(), Math.max(answer.length(), 0));
        client.flush();
        var buffer = new byte[16 * 1024];
        for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
            client.write(n == buffer.length ? buffer : Arrays.copyOf(buffer, n));
            client.flush();
        }
        client.end();
    }

    private static boolean isLegibleError(UpstreamAnswer answer) {
        return answer.status() >= 400 && answer.length() <= LONGEST_ERROR
                && !answer.headersOfBody().containsKey("content-encoding")
                && answer.contentType().matches("|text/.*|.*[/+]json");
    }
}
