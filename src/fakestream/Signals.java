package fakestream;

import java.util.function.Consumer;

/// Handles signals of the operating system. A shutdown hook sees neither SIGHUP, which would end
/// the JVM, nor a second SIGTERM, which the JVM would ignore. `sun.misc.Signal` of module
/// jdk.unsupported is the JDK's only way to handle them.
final class Signals {
    private Signals() {
    }

    /// Runs the action on a new thread each time the signal comes.
    ///
    /// @param name the signal's name without SIG
    /// @param action receives the signal's number
    /// @return false if the system has no signal of that name (Windows: HUP), or the JVM keeps it
    ///         for itself (`-Xrs`)
    static boolean handle(String name, Consumer<Integer> action) {
        try {
            sun.misc.Signal.handle(new sun.misc.Signal(name),
                    signal -> action.accept(signal.getNumber()));
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
