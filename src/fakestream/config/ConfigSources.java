package fakestream.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The sources of the settings, weakest first: built-in defaults, file, environment, flags.
///
/// @param file the properties file, if there is one to read
/// @param environment the process environment; names that are not ours are ignored
/// @param flags the flags of the command line, in order; of two for one setting the later wins
public record ConfigSources(Optional<Path> file, Map<String, String> environment,
        List<Given> flags) {
    public ConfigSources {
        environment = Map.copyOf(environment);
        flags = List.copyOf(flags);
    }

    /// These sources with one more flag, which wins over all others.
    public ConfigSources with(Given flag) {
        return new ConfigSources(file, environment,
                Stream.concat(flags.stream(), Stream.of(flag)).toList());
    }

    /// The file and the names of the flags; no values, because they may be keys.
    @Override
    public String toString() {
        return "ConfigSources[file=" + file + ", flags=" + flags + "]";
    }
}
