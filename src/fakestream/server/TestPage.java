package fakestream.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/// The test page's files, from inside the jar: a fixed set, read once, so that no path of a
/// request ever becomes one of a file.
final class TestPage {
    private static final Map<String, String> TYPES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "app.js", "text/javascript; charset=utf-8",
            "app.css", "text/css; charset=utf-8");

    /// Nothing but our own files, and no frame around them.
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
                    + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
                    + "form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cache-Control", "no-cache");

    private static final Reply SIGN = Reply.text(200, "fakestream is running\n");

    private final Map<String, Reply> files;

    /// @param isWanted else there is one line in its place, which says that there is a proxy
    TestPage(boolean isWanted) {
        this.files = isWanted ? Map.of("index.html", read("index.html"), "app.js", read("app.js"),
                "app.css", read("app.css")) : Map.of("index.html", SIGN);
    }

    /// One of the files, `index.html`, `app.js` or `app.css`, where there is one.
    Optional<Reply> file(String name) {
        return Optional.ofNullable(files.get(name));
    }

    private static Reply read(String name) {
        try (InputStream file = TestPage.class.getResourceAsStream("/public/" + name)) {
            return new Reply(200, HEADERS, file.readAllBytes())
                    .with(Map.of("Content-Type", TYPES.get(name)));
        } catch (IOException e) {
            throw new UncheckedIOException("the jar is damaged: public/" + name, e);
        }
    }
}
