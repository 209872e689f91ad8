package fakestream.server;

import fakestream.config.StreamMode;
import fakestream.endpoint.TestPage;
import fakestream.http.Query;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The route of a request, read from its raw target. People type base URLs in many ways, and
/// clients add to them: a doubled `/v1` or slash and a pasted endpoint lead to the intended place.
/// The names of Google's and Azure's endpoints keep their own place.
///
/// @param name the upstream's endpoint, with its original escapes, or a page's file
/// @param mode the mode that the path chooses as a prefix of its model
record Route(Kind kind, String name, Optional<StreamMode> mode) {
    /// The kinds of routes.
    enum Kind {
        CHAT, COMPLETIONS, RESPONSES, MESSAGES, GENERATE, IMAGES, SPEECH, TRANSCRIPTIONS, MODELS,
        STATUS, CHECK, CLIENTS, PAGE, OTHER, NONE, HEALTH, READY, VERSION, METRICS;

        /// Whether monitors ask for it, again and again and until the proxy ends.
        boolean isProbe() {
            return this == HEALTH || this == READY || this == METRICS;
        }
    }

    /// A prefix of a model's name in a path. A client may escape its slash.
    private static final Pattern PREFIX = Pattern.compile("(?<=/(?:models|deployments)/)("
            + StreamMode.CHOICES + ")(?:/+|%2[Ff])(?=[^/:?])");
    private static final Route NONE = new Route(Kind.NONE, "");
    /// The page's address without its slash, from where the page's links would lead astray.
    private static final Route SLASHLESS = new Route(Kind.PAGE, "");
    private static final String EDITS = "images/edits";
    /// Azure's places.
    private static final String AZURE = "openai/";
    private static final Pattern DEPLOYMENT =
            Pattern.compile("^" + AZURE + "deployments/([^/]+)/");
    /// A Gemini method, such as `:countTokens`; a model's own name may end in `:free`.
    private static final Pattern METHOD = Pattern.compile(":([a-z]+[A-Z][A-Za-z]*|predict)$");
    private static final Pattern GEMINI = Pattern.compile("^v[0-9]+[a-z][a-z0-9]*/(?!openai/)");
    private static final Pattern AUTHORITY = Pattern.compile("^(?i)https?://[^/]*");
    private static final String STREAMED = ":streamGenerateContent";
    private static final String WHOLE = ":generateContent";

    /// Nearly all requests go to one of these.
    private static final Map<String, Route> USUAL = Stream.of("/v1/chat/completions",
            "/v1/completions", "/v1/responses", "/v1/messages", "/v1/models")
            .collect(Collectors.toMap(Function.identity(), path -> read(path, List.of(), false)));

    /// A route whose path chooses no mode.
    Route(Kind kind, String name) {
        this(kind, name, Optional.empty());
    }

    /// The route of a request target in origin form or absolute form (RFC 9112 section 3.2), with
    /// or without a query.
    ///
    /// @param base the segments that a proxy in front may have left before the path; a path without
    ///     them, or with nothing to serve behind them, is read as it is
    /// @param hasAzuresKey whether the key came in the header of Azure's clients
    static Route of(String target, List<String> base, boolean hasAzuresKey) {
        var usual = USUAL.get(target);
        if (usual != null) {
            return usual;
        }
        var prefix = PREFIX.matcher(Query.path(target));
        if (!prefix.find()) {
            return read(target, base, hasAzuresKey);
        }
        var route = read(target.substring(0, prefix.start()) + target.substring(prefix.end()),
                base, hasAzuresKey);
        return new Route(route.kind, route.name, StreamMode.choice(prefix.group(1)));
    }

    private static Route read(String target, List<String> base, boolean hasAzuresKey) {
        var path = Query.path(target);
        if (!path.startsWith("/")) {
            path = AUTHORITY.matcher(path).replaceFirst("");
        }
        var segments = Arrays.stream(path.split("/")).filter(s -> !s.isEmpty()).toList();
        if (segments.stream().anyMatch(Route::climbs)) {
            return NONE;
        }
        var marked = hasAzuresKey || Query.of(target).get("api-version") != null;
        if (!base.isEmpty() && segments.size() >= base.size()
                && segments.subList(0, base.size()).equals(base)) {
            var below = segments.subList(base.size(), segments.size());
            var route = below.isEmpty() && !path.endsWith("/") ? SLASHLESS : read(below, marked);
            if (route.kind != Kind.NONE) {
                return route;
            }
        }
        return read(segments, marked);
    }

    private static Route read(List<String> segments, boolean marked) {
        var joined = String.join("/", segments);
        return switch (joined) {
            case "" -> new Route(Kind.PAGE, TestPage.INDEX);
            case "api/status" -> new Route(Kind.STATUS, "");
            case "api/check" -> new Route(Kind.CHECK, "");
            case "api/clients" -> new Route(Kind.CLIENTS, "");
            case "api/chat" -> new Route(Kind.CHAT, "chat/completions");
            case "healthz", "livez", "health" -> new Route(Kind.HEALTH, segments.getFirst());
            case "readyz" -> new Route(Kind.READY, "");
            case "version" -> new Route(Kind.VERSION, "");
            case "metrics" -> new Route(Kind.METRICS, "");
            default -> TestPage.has(joined) ? new Route(Kind.PAGE, joined)
                    : api(Place.of(segments, marked));
        };
    }

    private static Route api(Place place) {
        var endpoint = String.join("/", place.endpoint());
        var kind = kind(endpoint);
        return kind == Kind.OTHER && (!place.isVersioned() || endpoint.isEmpty()) ? NONE
                : new Route(kind, place.name() + endpoint);
    }

    private static Kind kind(String endpoint) {
        return switch (endpoint) {
            case "chat/completions" -> Kind.CHAT;
            case "completions" -> Kind.COMPLETIONS;
            case "responses" -> Kind.RESPONSES;
            case "messages" -> Kind.MESSAGES;
            case "images/generations", EDITS -> Kind.IMAGES;
            case "audio/speech" -> Kind.SPEECH;
            case "audio/transcriptions" -> Kind.TRANSCRIPTIONS;
            default -> {
                if (endpoint.endsWith(STREAMED) || endpoint.endsWith(WHOLE)) {
                    yield Kind.GENERATE;
                }
                var models = endpoint.equals("models") || endpoint.startsWith("models/");
                yield models && !METHOD.matcher(endpoint).find() ? Kind.MODELS : Kind.OTHER;
            }
        };
    }

    /// For Gemini's content, the endpoint that answers whole.
    String whole() {
        return name.replace(STREAMED, WHOLE);
    }

    /// For Gemini's content, the endpoint that streams.
    String streamed() {
        return whole().replace(WHOLE, STREAMED);
    }

    /// For Gemini's content, the model, or the last segment of a name that has none.
    String model() {
        return whole().replaceFirst("^(.*/)?models/|^.*/", "").replace(WHOLE, "");
    }

    /// Azure's deployment, which names the model.
    Optional<String> deployment() {
        var found = DEPLOYMENT.matcher(name);
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }

    /// Whether this is one of Azure's paths.
    boolean isAzures() {
        return name.startsWith(AZURE);
    }

    /// Whether this changes images.
    boolean isEdit() {
        return name.endsWith(EDITS);
    }

    /// Whether this is one of Gemini's paths, which have one of Google's versions or a method.
    boolean isGemini() {
        return GEMINI.matcher(name).find() || METHOD.matcher(name).find();
    }

    /// Whether a segment could make the path climb out of its place upstream. An upstream may read
    /// an escaped slash as a slash, and ignore text after a semicolon.
    private static boolean climbs(String segment) {
        if (segment.indexOf('%') < 0 && !segment.startsWith(".")) {
            return false;
        }
        var plain = segment.replaceAll("(?i)%2e", ".");
        return Arrays.stream(plain.split("(?i)%2f|%5c"))
                .anyMatch(part -> part.matches("\\.{1,2}(;.*)?"));
    }
}
