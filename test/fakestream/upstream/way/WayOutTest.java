package fakestream.upstream.way;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import fakestream.config.Config;
import fakestream.config.ConfigException;
import fakestream.config.ConfigSources;
import fakestream.config.Given;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The setting and the variables that decide the way to an upstream.
final class WayOutTest {
    private static final String HTTPS = "https://api.example.com/v1/models";
    private static final String HTTP = "http://api.example.com/v1/models";

    private static WayOut ways(Map<String, String> environment, String... settings) {
        try {
            return new WayOut(Config.load(new ConfigSources(Optional.empty(), environment,
                    Stream.of(settings).map(it -> it.split("=", 2))
                            .map(it -> new Given(it[0], it[1], "--set")).toList()), Map.of()));
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    private static String way(String target, Map<String, String> environment, String... settings) {
        return ways(environment, settings).to(URI.create(target)).toString();
    }

    @Test
    void takesTheVariableOfTheScheme() {
        var both = Map.of("HTTPS_PROXY", "http://s:1", "HTTP_PROXY", "http://p:2",
                "ALL_PROXY", "http://all:3");
        assertEquals(" through http://s:1 (HTTPS_PROXY)", way(HTTPS, both));
        assertEquals(" through http://p:2 (HTTP_PROXY)", way(HTTP, both));
        assertEquals(" through http://all:3 (ALL_PROXY)",
                way(HTTPS, Map.of("HTTP_PROXY", "http://p:2", "ALL_PROXY", "http://all:3")));
        assertEquals("", way(HTTPS, Map.of("HTTP_PROXY", "http://p:2")));
        assertEquals("", way(HTTPS, Map.of("HTTPS_PROXY", " ")));
        assertEquals("", way(HTTPS, Map.of()));
    }

    @Test
    void prefersLowerCase() {
        assertEquals(" through http://low:1 (https_proxy)", way(HTTPS,
                Map.of("HTTPS_PROXY", "http://up:1", "https_proxy", "u:p@low:1")));
        assertEquals(" directly (NO_PROXY)", way(HTTPS, Map.of("HTTPS_PROXY", "http://up:1",
                "NO_PROXY", "none.test", "no_proxy", "example.com:443")));
    }

    @Test
    void takesNoProxyOfTheEnvironmentToLoopback() {
        for (var host : List.of("localhost", "127.0.0.1", "127.9.9.9", "[::1]")) {
            assertEquals("", way("http://" + host + ":11434/v1", Map.of("HTTP_PROXY", "http://p:1",
                    "ALL_PROXY", "socks5://p:1")));
        }
    }

    @Test
    void prefersTheSetting() {
        var environment = Map.of("HTTPS_PROXY", "http://p:1", "NO_PROXY", "*");
        for (var target : List.of(HTTPS, HTTP, "http://127.0.0.1:1/v1")) {
            assertEquals(" through http://mine:8080 (UPSTREAM_PROXY)", way(target, environment,
                    "UPSTREAM_PROXY=http://user:password@mine:8080"));
        }
        for (var off : List.of("off", "NONE")) {
            assertEquals(" directly (UPSTREAM_PROXY=off)",
                    way(HTTPS, Map.of("HTTPS_PROXY", "http://p:1"), "UPSTREAM_PROXY=" + off));
        }
    }

    /// A variable may be meant for other programs, so only one that decides must be right.
    @Test
    void refusesAWrongVariableOnlyIfItDecides() throws ConfigException {
        var socks = Map.of("ALL_PROXY", "socks5://user:password@p:1", "NO_PROXY", "intern.test");
        var targets = Stream.of(HTTPS, HTTP).map(URI::create);
        var problems = assertThrows(ConfigException.class, () -> ways(socks).check(targets))
                .problems();
        assertEquals(List.of("environment: ALL_PROXY: must be http://HOST:PORT or "
                + "http://USER:PASSWORD@HOST:PORT; TLS to the proxy itself, and SOCKS, are not "
                + "supported; with UPSTREAM_PROXY=off it does not count"), problems);
        ways(socks).check(Stream.of(URI.create("https://api.intern.test/v1"),
                URI.create("http://localhost/v1")));
        ways(socks, "UPSTREAM_PROXY=off").check(Stream.of(URI.create(HTTPS)));
    }
}
