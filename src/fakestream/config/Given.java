package fakestream.config;

/// A text that somebody gave for a setting, and where it stood. Blanks around the value are
/// dropped; an empty value means "not set".
///
/// @param name the setting's name as it was written, known or not
/// @param value the text, which may be secret
/// @param origin where it stood: `proxy.properties:7`, `environment`, `--port`
public record Given(String name, String value, String origin) {
    public Given {
        value = value.strip();
    }

    /// The name and the origin; never the value, which may be a key.
    @Override
    public String toString() {
        return name + " from " + origin;
    }

    /// A line for the operator: where, which setting, and what is wrong with it.
    String problem(String what) {
        return origin + ": " + name + ": " + what;
    }
}
