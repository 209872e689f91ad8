package fakestream.config;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// The mode of the models whose names a pattern fits: `*` is any text, `?` any character.
public record ModelMode(String pattern, StreamMode mode) {

    /// Whether the pattern fits the whole of a model's name.
    public boolean fits(String model) {
        var regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
        return Pattern.compile(regex, Pattern.DOTALL).matcher(model).matches();
    }

    /// A list of `PATTERN=MODE`, separated by commas.
    ///
    /// @throws IllegalArgumentException quoting the entry that is not one
    static List<ModelMode> parse(String text) {
        return Arrays.stream(text.split("[,\n]")).map(String::strip)
                .filter(entry -> !entry.isEmpty()).map(ModelMode::entry).toList();
    }

    private static ModelMode entry(String entry) {
        var equals = entry.lastIndexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("'" + entry + "' is not PATTERN=MODE");
        }
        var mode = Values.oneOf(StreamMode.class, entry.substring(equals + 1).strip());
        return new ModelMode(entry.substring(0, equals).strip(), mode);
    }
}
