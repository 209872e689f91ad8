package fakestream.server;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// Writes figures in the text format 0.0.4 of Prometheus (its docs, `exposition_formats.md`).
final class Exposition {
    /// Its media type.
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder();

    /// Begins the series of one name, which all follow at once.
    ///
    /// @param type `counter`, `gauge`, `histogram` or `summary`
    Exposition family(String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ')
                .append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n')
                .append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /// One series of the family.
    ///
    /// @param name that of the family, for some types with a suffix such as `_sum`
    Exposition sample(String name, SequencedMap<String, String> labels, double value) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append(labels.entrySet().stream().map(Exposition::label)
                    .collect(Collectors.joining(",", "{", "}")));
        }
        text.append(' ').append(number(value)).append('\n');
        return this;
    }

    /// A family of a single series without labels.
    Exposition single(String name, String type, String help, double value) {
        return family(name, type, help).sample(name, new LinkedHashMap<>(), value);
    }

    /// All that was written.
    @Override
    public String toString() {
        return text.toString();
    }

    /// A whole number without its fraction, where a double holds it exactly.
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value) : Double.toString(value);
    }

    private static String label(Map.Entry<String, String> label) {
        return label.getKey() + "=\"" + label.getValue().replace("\\", "\\\\")
                .replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
