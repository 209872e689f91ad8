package fakestream.server;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The place of an endpoint. Most APIs stand directly under their version, and have no name here;
/// Google and Azure also serve OpenAI's APIs at places of their own, and Google has more versions.
///
/// @param name of a place of their own, with a slash at its end, such as `v1beta/openai/`
/// @param endpoint the segments behind it
/// @param isVersioned whether the path names the place, and not only an endpoint
record Place(String name, List<String> endpoint, boolean isVersioned) {
    private static final String V1 = "v1";
    private static final String OPENAI = "openai";
    private static final String DEPLOYMENTS = "deployments";
    private static final Set<String> PREFIXES = Set.of(V1, "api", OPENAI);
    private static final List<String> PASTED = List.of("chat", "completions");
    /// One of Google's versions, such as `v1beta`, `v1alpha`, and Vertex's `v1beta1`.
    private static final Pattern GOOGLES = Pattern.compile("v[0-9]+[a-z][a-z0-9]*");
    /// OpenAI's APIs at Vertex.
    private static final Pattern VERTEX = Pattern.compile(
            "projects/[^/]+/locations/[^/]+/endpoints/[^/]+");
    private static final int VERTEX_SEGMENTS = 6;

    /// The place in a path, without prefixes that were typed once too often.
    ///
    /// @param marked whether the request has a mark of Azure's clients: their key's header, or the
    ///     API's version in the query
    static Place of(List<String> path, boolean marked) {
        var rest = canonical(path);
        var typed = path.subList(0, path.size() - rest.size());
        if (isAzures(typed, rest, marked)) {
            return azures(typed, rest);
        }
        var version = !rest.isEmpty() && isGoogles(rest.getFirst()) ? rest.getFirst() + "/" : "";
        var below = version.isEmpty() ? rest : rest.subList(1, rest.size());
        var versioned = !version.isEmpty() || path.getFirst().equals(V1);
        if (!version.isEmpty() && !below.isEmpty() && below.getFirst().equals(OPENAI)) {
            return new Place(version + OPENAI + "/", canonical(below), true);
        }
        if (below.size() > VERTEX_SEGMENTS) {
            var place = String.join("/", below.subList(0, VERTEX_SEGMENTS));
            if (VERTEX.matcher(place).matches()) {
                return new Place(version + place + "/",
                        below.subList(VERTEX_SEGMENTS, below.size()), versioned);
            }
        }
        return new Place(version, below, versioned);
    }

    /// Whether the path leads to Azure. Two of three signs are enough, because people also type
    /// `openai` before the paths of other vendors.
    private static boolean isAzures(List<String> typed, List<String> rest, boolean marked) {
        var openai = typed.contains(OPENAI);
        var deployment = !rest.isEmpty() && rest.getFirst().equals(DEPLOYMENTS);
        return openai ? deployment || marked : deployment && marked;
    }

    private static Place azures(List<String> typed, List<String> rest) {
        if (rest.size() > 2 && rest.getFirst().equals(DEPLOYMENTS)) {
            return new Place(OPENAI + "/" + DEPLOYMENTS + "/" + rest.get(1) + "/",
                    canonical(rest.subList(2, rest.size())), true);
        }
        var behind = typed.subList(typed.indexOf(OPENAI) + 1, typed.size());
        var version = !behind.isEmpty() && behind.getFirst().equals(V1) ? V1 + "/" : "";
        return new Place(OPENAI + "/" + version, rest, true);
    }

    private static List<String> canonical(List<String> path) {
        var rest = path;
        while (!rest.isEmpty() && (PREFIXES.contains(rest.getFirst()) || isPasted(rest)
                || isReplaced(rest))) {
            rest = rest.subList(isPasted(rest) ? PASTED.size() : 1, rest.size());
        }
        return rest;
    }

    /// Whether another endpoint follows a pasted one; `chat/completions/ID` is a stored completion.
    private static boolean isPasted(List<String> rest) {
        return rest.size() > 2 && rest.subList(0, 2).equals(PASTED)
                && (PREFIXES.contains(rest.get(2)) || rest.get(2).equals("chat")
                        || rest.get(2).equals("models"));
    }

    /// Whether the client has added its version to the one that was typed.
    private static boolean isReplaced(List<String> rest) {
        return rest.size() > 1 && isGoogles(rest.getFirst())
                && (isGoogles(rest.get(1)) || rest.get(1).equals(V1));
    }

    private static boolean isGoogles(String segment) {
        return GOOGLES.matcher(segment).matches();
    }
}
