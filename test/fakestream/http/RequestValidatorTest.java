package fakestream.http;

import static fakestream.server.Probe.closes;
import static fakestream.server.Probe.get;
import static fakestream.server.Probe.host;
import static fakestream.server.Probe.keeps;
import static fakestream.server.Probe.lines;
import static fakestream.server.Probe.target;

import fakestream.server.Probe;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The rules of RFC 9110 and 9112 for request lines and header fields, to the byte. If the JDK's
/// server decides before the proxy can, the row holds what that server does.
final class RequestValidatorTest {
    private static ScriptedUpstream upstream;
    private static TestProxy proxy;

    @BeforeAll
    static void start() {
        upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
        proxy = TestProxy.before(upstream);
    }

    @AfterAll
    static void stop() {
        proxy.close();
        upstream.close();
    }

    static Stream<Probe> requestLines() {
        return Stream.of(
                keeps("a good request", get(), 200),
                keeps("an empty line before", "\r\n\r\n" + get(), 200),
                closes("no version", "GET /api/status\r\n\r\n", 400),
                closes("HTTP/1.2", version("HTTP/1.2"), 505),
                closes("HTTP/2.0", version("HTTP/2.0"), 505),
                closes("HTTP/0.9", version("HTTP/0.9"), 505),
                closes("HTTP/9.9", version("HTTP/9.9"), 505),
                closes("http/1.1", version("http/1.1"), 400),
                closes("HTTP/1", version("HTTP/1"), 400),
                closes("HTTP/01.01", version("HTTP/01.01"), 400),
                closes("HTTP/ 1.1", version("HTTP/ 1.1"), 400),
                closes("HTTP/1.1 and a blank", version("HTTP/1.1 "), 400),
                closes("HTTP/1.1 and a tab", version("HTTP/1.1\t"), 400),
                closes("HTTPS/1.1", version("HTTPS/1.1"), 400),
                closes("a preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 404, 505),
                closes("a bare LF behind the request line",
                        "GET /api/status HTTP/1.1\nHost: localhost\r\n\r\n", 400),
                closes("a bare CR behind the request line",
                        "GET /api/status HTTP/1.1\rHost: localhost\r\n\r\n", 400),
                closes("tabs for blanks", "GET\t/api/status\tHTTP/1.1\r\nHost: a\r\n\r\n", 400),
                closes("two blanks before the target", target(" /api/status"), 400, 404),
                closes("a blank in front", " " + get(), 400, 404),
                closes("a line of blanks", "   \r\n\r\n", 400, 404),
                closes("no target", "GET HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
                closes("a TLS greeting", "\u0016\u0003\u0001\u0000 \u0001 \u0000\r\n\r\n", 400, 0),
                closes("binary garbage", "\u0000\u00FF\u00FE / HTTP/1.1\r\nHost: a\r\n\r\n", 400));
    }

    static Stream<Probe> methods() {
        return Stream.of(
                closes("get", method("get"), 501), closes("PROPFIND", method("PROPFIND"), 501),
                closes("a long method", method("A".repeat(10_000)), 501),
                closes("a method that is no token", method("GE(T"), 400),
                closes("NUL in the method", method("GE\u0000T"), 400),
                closes("LF in the method", method("A\nGET"), 400),
                keeps("TRACE", method("TRACE"), 405), keeps("CONNECT", method("CONNECT"), 405),
                keeps("TRACE with a body", lines("TRACE /api/status HTTP/1.1", "Host: localhost",
                        "Content-Length: 5") + "hello", 405),
                closes("CONNECT to an authority",
                        "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n", 400, 0),
                keeps("HEAD", method("HEAD"), 200), keeps("POST", method("POST"), 405),
                keeps("OPTIONS", method("OPTIONS"), 204),
                keeps("OPTIONS with a body", lines("OPTIONS /api/status HTTP/1.1",
                        "Host: localhost", "Content-Length: 5") + "hello", 204),
                keeps("HEAD with a body", lines("HEAD /api/status HTTP/1.1", "Host: localhost",
                        "Content-Length: 5") + "hello", 200),
                closes("OPTIONS *, which the JDK's server refuses",
                        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, 204, 404),
                closes("GET *", target("*"), 400, 404));
    }

    static Stream<Probe> targets() {
        return Stream.of(
                closes("a fragment", target("/api/status#top"), 400),
                closes("NUL", target("/api\u0000/status"), 400),
                closes("a byte above ASCII", target("/api/stat\u00FCs"), 400),
                closes("overlong UTF-8", target("/\u00C0\u00AE\u00C0\u00AE/etc/passwd"), 400),
                closes("a backslash", target("/..\\..\\etc\\passwd"), 400),
                closes("a broken escape", target("/%zz"), 400),
                closes("an escaped NUL", target("/index.html%00.js"), 400),
                closes("an escaped line break", target("/a%0d%0aX:%20y"), 400),
                closes("escaped overlong UTF-8", target("/%c0%ae%c0%ae/etc/passwd"), 400),
                keeps("escaped slashes", target("/..%2f..%2fetc/passwd"), 404),
                keeps("escaped slashes of an endpoint", target("/v1/files/..%2F..%2Fadmin"), 404),
                keeps("escaped backslashes", target("/v1/files/..%5c..%5cadmin"), 404),
                keeps("escaped dots", target("/%2e%2e/%2E%2e/etc/passwd"), 404),
                keeps("dots", target("/../../etc/passwd"), 404),
                keeps("dots of an endpoint", target("/v1/../admin"), 404),
                keeps("dots with a parameter", target("/v1/..;x/admin"), 404),
                keeps("a parameter", target("/index.html;x"), 404),
                keeps("two slashes", target("//api/status"), 200),
                closes("two slashes before one name, which the JDK's server takes for a host",
                        target("//models"), 404),
                closes("neither origin nor absolute", target("api/status"), 400, 404),
                closes("another scheme", target("ftp://localhost/api/status"), 400),
                closes("no authority", target("http:///api/status"), 400),
                keeps("the absolute form", target("http://localhost/api/status"), 200),
                keeps("the absolute form with a port", target("HTTPS://127.0.0.1:1/api/status"),
                        200),
                closes("userinfo", target("http://a@localhost/api/status"), 400),
                closes("a foreign authority", target("http://evil.example/api/status"), 421),
                keeps("a foreign Host beside a local authority",
                        lines("GET http://localhost/api/status HTTP/1.1", "Host: evil.example"),
                        200),
                keeps("8 KiB", target("/api/status?" + "x".repeat(8192 - 12)), 200),
                closes("more than 8 KiB", target("/api/status?" + "x".repeat(8193 - 12)), 414),
                closes("40 KiB", target("/" + "x".repeat(40_000)), 414));
    }

    static Stream<Probe> hosts() {
        return Stream.of(
                closes("none", "GET /api/status HTTP/1.1\r\n\r\n", 400),
                closes("none, and a version of 1.0", "GET /api/status HTTP/1.0\r\n\r\n", 200),
                closes("two", get("Host: localhost"), 400),
                closes("two that differ", get("Host: 127.0.0.1"), 400),
                closes("empty", host(""), 400), closes("a list", host("localhost, b"), 400),
                closes("a list without blanks", host("localhost,b"), 400),
                closes("a path", host("localhost/a"), 400),
                closes("userinfo", host("a@localhost"), 400),
                closes("a blank", host("local host"), 400),
                closes("no host", host(":80"), 400), closes("a name for a port",
                        host("localhost:http"), 400),
                closes("too high a port", host("localhost:65536"), 400),
                closes("two ports", host("localhost:80:80"), 400),
                closes("open brackets", host("[::1"), 400),
                closes("a foreign name", host("evil.example"), 421),
                closes("a foreign name that looks local", host("localhost.evil.example"), 421),
                closes("another that does", host("127.0.0.1.evil.example:80"), 421),
                closes("a foreign address", host("192.168.0.1"), 421),
                closes("all addresses", host("0.0.0.0"), 421),
                keeps("a port", host("localhost:3000"), 200),
                keeps("capitals and a dot", host("LocalHost."), 200),
                keeps("a name below localhost", host("app.localhost:1"), 200),
                keeps("the host of a container", host("host.docker.internal:3000"), 200),
                keeps("that of another engine", host("Host.Containers.INTERNAL."), 200),
                keeps("any private name", host("gateway.corp.internal"), 200),
                keeps("a name of multicast DNS", host("laptop.local:80"), 200),
                closes("a foreign name that begins like a container's host",
                        host("host.docker.internal.example"), 421),
                closes("a name that only ends in the same letters", host("evilinternal"), 421),
                closes("another", host("evil-local:3000"), 421),
                closes("a foreign one below local", host("laptop.local.example"), 421),
                keeps("127/8", host("127.1.2.3"), 200), keeps("::1", host("[::1]:3000"), 200));
    }

    /// The JDK's server hides these bytes from its handlers; test/strangers/README.md names the
    /// proxies that refuse them.
    static Stream<Probe> unseen() {
        return Stream.of(
                keeps("a fold is a blank", get("X: a\r\n b"), 200),
                keeps("a fold behind Host",
                        lines("GET /api/status HTTP/1.1", "Host:\r\n localhost"), 200),
                keeps("a bare LF ends a field", get("X: a\nY: b"), 200),
                keeps("so does a bare CR", get("X: a\rY: b"), 200),
                keeps("control characters around a value", get("X: \u0001a\u0002"), 200),
                closes("but not within it", get("X: a\u0001\u0002b"), 400));
    }

    static Stream<Probe> fields() {
        return Stream.of(
                closes("a blank before the colon", get("Content-Length : 5"), 400),
                closes("a blank before Host's colon", lines("GET / HTTP/1.1", "Host : a"), 400),
                closes("a tab before the colon", get("X-A\t: b"), 400),
                closes("no colon", get("nothing"), 400), closes("no name", get(": b"), 400),
                closes("brackets in a name", get("X[0]: b"), 400),
                closes("a name above ASCII", get("X-\u00FC: b"), 400),
                closes("a fold before the first",
                        "GET / HTTP/1.1\r\n X: y\r\nHost: localhost\r\n\r\n", 400),
                closes("NUL in a value", get("X: a\u0000b"), 400),
                closes("a bell in a value", get("X: a\u0007b"), 400),
                closes("DEL in a value", get("X: a\u007Fb"), 400),
                closes("an escape in a value", get("X: a\u001B[0mb"), 400),
                keeps("a tab in a value", get("X: a\tb"), 200),
                keeps("text above ASCII in a value", get("X: \u00FC"), 200),
                keeps("an empty value", get("X:"), 200),
                closes("two Authorization fields", get("Authorization: Bearer a",
                        "Authorization: Bearer b"), 400),
                closes("Content-Type fields that differ", get("Content-Type: text/plain",
                        "Content-Type: application/json"), 400),
                keeps("Content-Type fields that agree", get("Content-Type: text/plain",
                        "Content-Type: text/plain"), 200),
                keeps("100 fields", get(many(99)), 200), closes("101", get(many(100)), 431),
                closes("101 of one name", get(repeated(100, "X: y")), 431),
                closes("33 KiB", get("X: " + "x".repeat(33 << 10)), 431),
                closes("33 KiB in a name", get("x".repeat(33 << 10) + ": x"), 431),
                closes("an unknown expectation", get("Expect: 200-ok"), 417),
                closes("a list of expectations", get("Expect: 100-continue, x"), 417),
                closes("Connection: close", get("Connection: close"), 200),
                closes("close in a list", get("Connection: x, Close"), 200),
                keeps("an upgrade", get("Connection: Upgrade", "Upgrade: h2c"), 200),
                closes("1.0", old(), 200), closes("1.0 and something", old("Connection: x"), 200),
                keeps("1.0 kept alive", old("Connection: keep-alive"), 200));
    }

    @ParameterizedTest
    @MethodSource({"unseen", "requestLines", "methods", "targets", "hosts", "fields"})
    void servesOrRefusesEachRequest(Probe probe) {
        probe.against(proxy);
    }

    private static String version(String version) {
        return lines("GET /api/status " + version, "Host: localhost");
    }

    private static String method(String method) {
        return lines(method + " /api/status HTTP/1.1", "Host: localhost");
    }

    private static String old(String... fields) {
        return lines("GET /api/status HTTP/1.0", "Host: localhost", fields);
    }

    private static String[] many(int count) {
        return IntStream.range(0, count).mapToObj(i -> "X-" + i + ": y").toArray(String[]::new);
    }

    private static String[] repeated(int count, String field) {
        return Stream.generate(() -> field).limit(count).toArray(String[]::new);
    }
}
