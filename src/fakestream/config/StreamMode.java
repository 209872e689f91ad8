package fakestream.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The source of a client's stream.
public enum StreamMode {
    /// A whole answer.
    FAKE,
    /// The upstream's own stream, passed on.
    REAL,
    /// The upstream's own stream if it gives one, otherwise a whole answer.
    AUTO,
    /// A whole answer if the request has tools, otherwise the upstream's own stream.
    TOOLS;

    /// The request header in which a caller may choose the mode.
    public static final String HEADER = "X-Stream-Mode";
    /// The words by which a caller may choose, as a part of a regular expression.
    public static final String CHOICES = "fake|real|auto";

    private static final Pattern PREFIXED = Pattern.compile("(" + CHOICES + ")/(.+)",
            Pattern.DOTALL);

    /// A model's name without the prefix that chooses the mode.
    ///
    /// @param mode empty if the name had no prefix
    public record Chosen(Optional<StreamMode> mode, String model) {
    }

    /// The mode that this word chooses; empty if a caller cannot choose it.
    public static Optional<StreamMode> choice(String word) {
        return word.matches("(?i)" + CHOICES) ? Optional.of(valueOf(word.toUpperCase(Locale.ROOT)))
                : Optional.empty();
    }

    /// Parses a list of modes that a caller may choose, separated by commas or new lines.
    ///
    /// @throws IllegalArgumentException if an entry is none; the message quotes it
    static List<StreamMode> choices(String text) {
        return ValueParser.items(text).stream()
                .map(word -> choice(word).orElseThrow(() -> new IllegalArgumentException(
                        "'" + word + "' is not one of " + CHOICES.replace("|", ", "))))
                .distinct().toList();
    }

    /// Takes one prefix, such as `fake/`, off a model's name. A name that begins with one of its
    /// own needs another before it.
    public static Chosen in(String model) {
        var prefixed = PREFIXED.matcher(model);
        return prefixed.matches() ? new Chosen(choice(prefixed.group(1)), prefixed.group(2))
                : new Chosen(Optional.empty(), model);
    }

    /// The prefix that chooses this mode, such as `fake/`.
    public String prefix() {
        return name().toLowerCase(Locale.ROOT) + "/";
    }
}
