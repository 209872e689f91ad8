package fakestream.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that settings are read from, weakest first: the built-in defaults, then the file,
/// then the environment, then the flags.
///
/// @param file the properties file, if there is one to read
/// @param environment the process environment; names that are not ours are not looked at
/// @param flags what the command line gave, in its order; of two for one setting the later wins
public record ConfigSources(Optional<Path> file, Map<String, String> environment,
        List<Given> flags) {
    public ConfigSources {
        environment = Map.copyOf(environment);
        flags = List.copyOf(flags);
    }

    /// The same sources with one more flag, which wins over all the others.
    public ConfigSources with(Given flag) {
        List<Given> more = new ArrayList<>(flags);
        more.add(flag);
        return new ConfigSources(file, environment, more);
    }

    /// The file and the flags' names; no values, which may be keys.
    @Override
    public String toString() {
        return "ConfigSources[file=" + file + ", flags=" + flags + "]";
    }
}
