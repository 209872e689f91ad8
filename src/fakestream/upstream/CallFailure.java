package fakestream.upstream;

import fakestream.upstream.UpstreamException.Kind;
import fakestream.upstream.way.Way;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/// Tells from an exception of the JDK's client how far a call without an answer had come.
///
/// @param way of the request
/// @param started when the call began, by `System.nanoTime`
record CallFailure(UpstreamConnections.Lease lease, Way way, HttpRequest request, long started) {
    /// A kept connection that the upstream had closed, or a handshake that it ended, fails within
    /// this time after a send.
    private static final long SOON = TimeUnit.SECONDS.toNanos(1);
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(20);
    /// The JDK's message begins with this if a response had begun.
    private static final String PARSING = "parsing HTTP/1.1";
    private static final int GATEWAY_TIMEOUT = 504;

    /// Whether the call still waits for the proxy's tunnel or for the handshake within it.
    boolean waitsForTunnel() {
        return way.isTunnel(request)
                && request.bodyPublisher().orElse(null) instanceof SendingBody body && !begun(body);
    }

    /// The failure of the proxy on the way: nothing of the request reached the upstream.
    ///
    /// @param reason continues the proxy's address; only the operator sees it
    /// @param cause of which the log needs no more
    UpstreamException ofProxy(int status, String reason, Throwable cause) {
        var told = new IOException(way.proxy().orElseThrow() + " " + reason);
        if (cause != null) {
            told.addSuppressed(cause);
        }
        return new UpstreamException(Kind.NOT_SENT, status, "upstream_proxy",
                "no connection to the upstream could be made through the proxy on the way", told);
    }

    UpstreamException lateTunnel(Throwable cause) {
        return ofProxy(GATEWAY_TIMEOUT, "gave no connection within UPSTREAM_CONNECT_TIMEOUT_MS",
                cause);
    }

    /// Why there is no answer.
    UpstreamException of(Throwable cause) {
        if (way.proxy().isPresent()) {
            var reason = proxyReason(cause);
            if (!reason.isEmpty()) {
                return ofProxy(cause instanceof HttpConnectTimeoutException ? GATEWAY_TIMEOUT : 502,
                        reason, cause);
            }
        }
        return switch (cause) {
            case HttpConnectTimeoutException _ -> new UpstreamException(Kind.NOT_SENT,
                    GATEWAY_TIMEOUT, "upstream_connect_timeout",
                    "the upstream could not be reached in time", cause);
            case ConnectException e when e.getCause() instanceof UnresolvedAddressException ->
                    notSent("upstream_dns", "the upstream's name could not be resolved", cause);
            case ConnectException _ ->
                    notSent("upstream_unreachable", "the upstream refused the connection", cause);
            default -> isHandshake(cause) ? notSent("upstream_tls",
                    "no secure connection to the upstream could be made", cause) : lost(cause);
        };
    }

    /// The part of the proxy in a failure; empty if it had none.
    private String proxyReason(Throwable cause) {
        return switch (cause) {
            case HttpConnectTimeoutException _ -> "could not be reached in time";
            case ConnectException e when e.getCause() instanceof UnresolvedAddressException ->
                    "has a name that could not be resolved";
            case ConnectException _ -> "refused the connection";
            default -> waitsForTunnel() && !isOrHas(cause, SSLException.class)
                    ? "opened no tunnel" + String.valueOf(cause.getMessage())
                            .replaceFirst("^Tunnel failed, got: ", ", it answered ")
                            .replaceFirst("^(?!,)", ": ") : "";
        };
    }

    private static UpstreamException notSent(String code, String message, Throwable cause) {
        return new UpstreamException(Kind.NOT_SENT, 502, code, message, cause);
    }

    /// Whether the TLS handshake failed, so that nothing was sent. The JDK's client takes a failed
    /// handshake for a finished one, and begins to send at that moment; a request that was really
    /// sent fails later. How much later depends on the exception. The JDK throws an
    /// SSLHandshakeException only for handshake alerts, some of which TLS 1.3 sends after the
    /// handshake. It throws an SSLException for any fault, and wraps some of them into an
    /// IOException. A request without a body may be sent twice.
    private boolean isHandshake(Throwable cause) {
        if (lease.isKept() || !isOrHas(cause, SSLException.class)) {
            return false;
        }
        var moment = isOrHas(cause, SSLHandshakeException.class) ? SOON : MOMENT;
        return !(request.bodyPublisher().orElse(null) instanceof SendingBody body)
                || !begun(body) || System.nanoTime() - body.begun() < moment;
    }

    /// Whether the JDK's client began to send the request in this call.
    private boolean begun(SendingBody body) {
        return body.begun() - started > 0;
    }

    private static boolean isOrHas(Throwable failure, Class<? extends IOException> type) {
        return type.isInstance(failure) || type.isInstance(failure.getCause());
    }

    private UpstreamException lost(Throwable cause) {
        if (UpstreamConnections.isForgotten(cause)) {
            return UpstreamException.notAnAnswer("upstream_invalid",
                    "the upstream's answer is not HTTP");
        }
        var stale = lease.isKept() && System.nanoTime() - started < SOON
                && !String.valueOf(cause.getMessage()).startsWith(PARSING);
        return new UpstreamException(stale ? Kind.STALE : Kind.LOST, 502, "upstream_closed",
                "the upstream closed the connection without an answer", cause);
    }
}
