import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.ObjectMappers;
import com.openai.models.chat.completions.ChatCompletion;
import java.util.ArrayList;
import java.util.List;

/// Compares an accumulated answer with the same answer read whole, except for changes that
/// openai-java makes to any stream, also OpenAI's own: it does not distinguish null, absent and
/// empty, drops `moderation` and a tool call's `index`, and copies a tool call's further members
/// into its `function`.
///
/// The daemon fills in members without which an accumulator would throw: `id`, `created`, `model`,
/// role, tool type and finish reason. Such a member is not compared if the whole answer has none.
final class Comparison {

    private final JsonNode whole;
    private final JsonNode streamed;

    Comparison(ChatCompletion whole, ChatCompletion streamed) {
        this.whole = canonical(whole);
        this.streamed = canonical(streamed);
        dropFilledIn();
    }

    /// The first path at which the two differ, with both values, or null if they are equal.
    String difference() {
        return difference("", whole, streamed);
    }

    private static JsonNode canonical(ChatCompletion answer) {
        ObjectNode tree = ObjectMappers.jsonMapper().valueToTree(answer);
        tree.remove("moderation");
        for (JsonNode choice : tree.path("choices")) {
            dropNameless(choice.path("message"));
            for (JsonNode tool : choice.path("message").path("tool_calls")) {
                remove(tool, "index");
                if (tool.get("function") instanceof ObjectNode function) {
                    function.retain("name", "arguments");
                }
            }
        }
        return withoutNothings(tree);
    }

    /// A `function_call` without a name calls nothing, and the daemon leaves it out.
    private static void dropNameless(JsonNode message) {
        if (message.path("function_call").path("name").asText().isEmpty()) {
            remove(message, "function_call");
        }
    }

    private static JsonNode withoutNothings(JsonNode node) {
        for (JsonNode child : node) {
            withoutNothings(child);
        }
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(member -> saysNothing(member.getValue()));
        }
        return node;
    }

    private static boolean saysNothing(JsonNode node) {
        return node.isNull() || node.isContainerNode() && node.isEmpty();
    }

    private void dropFilledIn() {
        dropFilledIn(whole, streamed, "id", "created", "model");
        for (int i = 0; i < whole.path("choices").size(); i++) {
            JsonNode choice = whole.path("choices").get(i);
            JsonNode told = streamed.path("choices").path(i);
            dropFilledIn(choice, told, "index", "finish_reason");
            dropFilledIn(choice.path("message"), told.path("message"), "role");
            JsonNode tools = choice.path("message").path("tool_calls");
            for (int j = 0; j < tools.size(); j++) {
                JsonNode tool = told.path("message").path("tool_calls").path(j);
                dropFilledIn(tools.get(j), tool, "type");
            }
        }
        withoutNothings(streamed);
    }

    /// Drops from both sides members that are absent or empty in `whole`.
    private static void dropFilledIn(JsonNode whole, JsonNode streamed, String... names) {
        for (String name : names) {
            if (whole.path(name).asText().isEmpty()) {
                remove(whole, name);
                remove(streamed, name);
            }
        }
    }

    private static void remove(JsonNode node, String name) {
        if (node instanceof ObjectNode object) {
            object.remove(name);
        }
    }

    private static String difference(String path, JsonNode whole, JsonNode streamed) {
        if (whole.equals(streamed)) {
            return null;
        }
        if (whole instanceof ArrayNode && streamed instanceof ArrayNode
                && whole.size() == streamed.size()) {
            return firstDifference(path, whole, streamed, indexes(whole));
        }
        if (whole instanceof ObjectNode && streamed instanceof ObjectNode) {
            return firstDifference(path, whole, streamed, names(whole, streamed));
        }
        return path + " expected " + abridged(whole) + " got " + abridged(streamed);
    }

    private static String firstDifference(
            String path, JsonNode whole, JsonNode streamed, List<String> steps) {
        for (String step : steps) {
            String at = path + "/" + step;
            String found = difference(at, child(whole, step), child(streamed, step));
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static JsonNode child(JsonNode node, String step) {
        return node.isArray() ? node.path(Integer.parseInt(step)) : node.path(step);
    }

    private static List<String> indexes(JsonNode array) {
        var indexes = new ArrayList<String>();
        for (int i = 0; i < array.size(); i++) {
            indexes.add(Integer.toString(i));
        }
        return indexes;
    }

    private static List<String> names(JsonNode one, JsonNode other) {
        var names = new ArrayList<String>();
        one.fieldNames().forEachRemaining(names::add);
        other.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String abridged(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() > 80 ? text.substring(0, 80) + "..." : text;
    }
}
