package fakestream.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Reads `NAME=VALUE` lines; `proxy.properties` and `.env` files have the same format.
///
/// Blank lines and lines that begin with `#` or `!` are skipped, and so is `export ` before a name.
/// Blanks around name and value are dropped, and so is one pair of quotes around the value. There
/// are no escapes and no continued lines: the value is taken literally.
///
/// `java.util.Properties` does not fit: it eats backslashes, keeps quotes and trailing blanks,
/// silently accepts a line without `=` (as an empty value) and a second line for one name, and does
/// not tell line numbers.
final class ConfigFile {
    private static final Pattern EXPORT = Pattern.compile("^export\\s+");

    private ConfigFile() {
    }

    /// The settings in the file, in order; origins are `file:line`. A file or line that cannot be
    /// read adds to `problems`. A problem never quotes the line, because it may hold a key.
    static List<Given> read(Path file, List<String> problems) {
        List<Given> all = new ArrayList<>();
        int number = 0;
        for (String line : lines(file, problems)) {
            number++;
            String text = line.strip();
            String origin = file + ":" + number;
            if (text.isEmpty() || text.startsWith("#") || text.startsWith("!")) {
                continue;
            }
            if (text.contains("=")) {
                all.add(given(text, origin));
            } else {
                problems.add(origin + ": this line has no '=': expected NAME=VALUE");
            }
        }
        return all;
    }

    private static List<String> lines(Path file, List<String> problems) {
        try {
            return TextFile.read(file).lines().toList();
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
            return List.of();
        }
    }

    private static Given given(String line, String origin) {
        int equals = line.indexOf('=');
        String name = EXPORT.matcher(line.substring(0, equals)).replaceFirst("").strip();
        return new Given(name, unquoted(line.substring(equals + 1).strip()), origin);
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2
                && (value.startsWith("\"") && value.endsWith("\"")
                || value.startsWith("'") && value.endsWith("'"));
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
