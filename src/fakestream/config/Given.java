package fakestream.config;

/// The text given for a setting, and its origin. Blanks around the value are dropped; an empty
/// value means "not set".
///
/// @param name the setting's name as written, known or not
/// @param value the text, which may be secret
/// @param origin where it was given: `proxy.properties:7`, `environment`, `--port`
public record Given(String name, String value, String origin) {
    public Given {
        value = value.strip();
    }

    /// The name and the origin; never the value, because it may be a key.
    @Override
    public String toString() {
        return name + " from " + origin;
    }

    /// A line for the operator: the origin, the setting and the problem.
    public String problem(String what) {
        return origin + ": " + name + ": " + what;
    }
}
