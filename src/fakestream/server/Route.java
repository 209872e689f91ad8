package fakestream.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Where a request goes, told from its raw target. People type base URLs in many ways, and clients
/// add to them: a doubled `/v1` or slash and a pasted endpoint lead where they were meant to.
///
/// @param name of what is asked for there: a model's id in its own escapes, or a page's file
record Route(Kind kind, String name) {
    /// What there is.
    enum Kind { CHAT, MODELS, MODEL, STATUS, PAGE, NONE }

    private static final Route NONE = new Route(Kind.NONE, "");
    private static final Set<String> PREFIXES = Set.of("v1", "api", "openai");
    private static final List<String> ENDPOINT = List.of("chat", "completions");

    /// The route of a request target in origin form or absolute form (RFC 9112 section 3.2), with
    /// or without a query.
    static Route of(String target) {
        var path = target.split("[?#]", 2)[0].replaceFirst("^(?i)https?://[^/]*", "");
        var segments = Arrays.stream(path.split("/")).filter(s -> !s.isEmpty()).toList();
        if (segments.stream().anyMatch(Route::climbs)) {
            return NONE;
        }
        return switch (String.join("/", segments)) {
            case "" -> new Route(Kind.PAGE, "index.html");
            case "api/status" -> new Route(Kind.STATUS, "");
            case "api/chat" -> new Route(Kind.CHAT, "");
            case "index.html", "app.js", "app.css" -> new Route(Kind.PAGE, segments.getFirst());
            default -> api(canonical(segments));
        };
    }

    /// Without what was typed once too often in front of the endpoint.
    private static List<String> canonical(List<String> segments) {
        var rest = new ArrayList<>(segments);
        while (!rest.isEmpty()) {
            if (PREFIXES.contains(rest.getFirst())) {
                rest.removeFirst();
            } else if (rest.size() > 2 && rest.subList(0, 2).equals(ENDPOINT)) {
                rest.subList(0, 2).clear();
            } else {
                return rest;
            }
        }
        return rest;
    }

    private static Route api(List<String> segments) {
        if (segments.equals(ENDPOINT)) {
            return new Route(Kind.CHAT, "");
        }
        if (segments.isEmpty() || !segments.getFirst().equals("models")) {
            return NONE;
        }
        var id = String.join("/", segments.subList(1, segments.size()));
        return id.isEmpty() ? new Route(Kind.MODELS, "") : new Route(Kind.MODEL, id);
    }

    /// A segment by which a model's id could climb out of `models/` upstream.
    private static boolean climbs(String segment) {
        return segment.replaceAll("(?i)%2e", ".").matches("\\.{1,2}");
    }
}
