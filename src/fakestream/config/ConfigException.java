package fakestream.config;

import java.util.List;
import java.util.stream.Collectors;

/// The settings cannot be used. It holds all problems, so that the operator can fix them together;
/// Main prints them and exits with 78.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param problems as [#problems()] gives them
    public ConfigException(List<String> problems) {
        super(problems.stream().map(ConfigException::oneLine).collect(Collectors.joining("\n")));
    }

    /// One line for each problem: the setting's origin, its name and the error, as in
    /// `proxy.properties:7: HEARTBEAT_INTERVAL_MS: 100 is below 500`. It never shows a secret.
    public List<String> problems() {
        return getMessage().lines().toList();
    }

    private static String oneLine(String problem) {
        return problem.replaceAll("\\p{Cntrl}+", " ");
    }
}
