package fakestream.config;

import java.util.List;
import java.util.stream.Collectors;

/// The settings cannot be used. Holds every problem there is, so that one look mends them all;
/// Main prints them and exits with 78.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    ConfigException(List<String> problems) {
        super(problems.stream().map(ConfigException::oneLine).collect(Collectors.joining("\n")));
    }

    /// One line for each problem: where the setting came from, its name, and what is wrong, as in
    /// `proxy.properties:7: HEARTBEAT_INTERVAL_MS: 100 is below 500`. Never a secret's value.
    public List<String> problems() {
        return getMessage().lines().toList();
    }

    private static String oneLine(String problem) {
        return problem.replaceAll("\\p{Cntrl}+", " ");
    }
}
