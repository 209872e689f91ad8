package fakestream.endpoint;

import fakestream.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The test page. Its files are a fixed set that is read from the jar once, so no request path
/// ever becomes a file path.
public final class TestPage {
    public static final String INDEX = "index.html";

    /// The one list of the files in `public/`; their endings give their types.
    private static final Set<String> FILES = Set.of(INDEX, "app.css", "apis.js", "app.js",
            "client-check.js", "dom.js", "panes.js", "path-check.js", "run.js", "sse.js",
            "timeline.js", "words.js");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8");

    /// The browser loads only our own files, and shows the page in no frame. The pictures and
    /// sounds of an answer are blobs that the page itself makes.
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
                    + "img-src 'self' data: blob:; media-src blob:; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cache-Control", "no-cache");

    private final Map<String, Response> files;

    /// @param isWanted whether to serve the page; otherwise one line of text says that a proxy runs
    public TestPage(boolean isWanted) {
        this.files = !isWanted ? Map.of(INDEX, Response.text(200, "fakestream is running\n"))
                : FILES.stream().collect(Collectors.toMap(name -> name, TestPage::read));
    }

    /// Whether the page has a file of this name.
    public static boolean has(String name) {
        return FILES.contains(name);
    }

    /// The response with a file; empty if the page is not wanted and the file is not its index.
    public Optional<Response> file(String name) {
        return Optional.ofNullable(files.get(name));
    }

    private static Response read(String name) {
        try (InputStream file = TestPage.class.getResourceAsStream("/public/" + name)) {
            var type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            return new Response(200, HEADERS, file.readAllBytes())
                    .with(Map.of("Content-Type", type));
        } catch (IOException e) {
            throw new UncheckedIOException("the jar is damaged: public/" + name, e);
        }
    }
}
