package fakestream;

import java.util.function.Consumer;

/// The signals of the operating system. A shutdown hook hears neither SIGHUP, which would end the
/// JVM, nor a second SIGTERM, which it would ignore; `sun.misc.Signal` of module jdk.unsupported is
/// the JDK's only way to hear of them.
final class Signals {
    private Signals() {
    }

    /// Has a signal do this from now on, on a new thread each time it comes.
    ///
    /// @param name without its SIG
    /// @param action is given the signal's number
    /// @return false where the system has none of that name (Windows: HUP), or the JVM keeps it for
    ///         itself (`-Xrs`)
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
