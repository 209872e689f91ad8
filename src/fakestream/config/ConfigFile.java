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
    private static final Pattern QUOTED = Pattern.compile("(?s)^([\"'])(.*)\\1$");

    private ConfigFile() {
    }

    /// The settings in the file, in order; origins are `file:line`. A file or line that cannot be
    /// read adds to `problems`. A problem never quotes the line, because it may hold a key.
    static List<Given> read(Path file, List<String> problems) {
        List<String> lines;
        try {
            lines = TextFile.read(file).lines().toList();
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
            return List.of();
        }
        var all = new ArrayList<Given>();
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            var origin = file + ":" + (i + 1);
            if (line.isEmpty() || line.startsWith("#") || line.startsWith("!")) {
                continue;
            }
            if (line.contains("=")) {
                all.add(given(line, origin));
            } else {
                problems.add(origin + ": this line has no '=': expected NAME=VALUE");
            }
        }
        return all;
    }

    private static Given given(String line, String origin) {
        int equals = line.indexOf('=');
        String name = EXPORT.matcher(line.substring(0, equals)).replaceFirst("").strip();
        String value = line.substring(equals + 1).strip();
        return new Given(name, QUOTED.matcher(value).replaceFirst("$2"), origin);
    }
}
