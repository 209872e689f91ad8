package fakestream;

import java.lang.reflect.InvocationTargetException;

/// Where the jar starts: tells a Java that is too old what is missing, in one line and with exit
/// code 78, and hands over to `Main` on any other.
///
/// It is compiled for Java 8, so that every Java since then can read it. That is also why it uses
/// reflection, as nothing else here does: a direct call would have javac read the class file of
/// `Main`, which is too new for `--release 8`, and an old Java might link it before the check.
final class Guard {
    private static final int OLDEST = 25;
    private static final int BAD_SETTINGS = 78;

    private Guard() {
    }

    /// Starts the daemon, or says why this Java cannot. What `Main` throws is thrown unchanged.
    ///
    /// @param args the command line, for `Main` to read
    /// @throws Throwable whatever `Main` throws
    public static void main(String[] args) throws Throwable {
        String complaint = complaint(
                System.getProperty("java.specification.version"),
                System.getProperty("java.version"),
                System.getProperty("java.home"));
        if (complaint != null) {
            System.err.println(complaint);
            System.exit(BAD_SETTINGS);
        }
        handOver("fakestream.Main", args);
    }

    /// What to tell the user of this Java, or null where it is new enough. A specification version
    /// is a whole number since Java 9, and was `1.8` before.
    static String complaint(String specification, String version, String home) {
        if (!specification.startsWith("1.") && Integer.parseInt(specification) >= OLDEST) {
            return null;
        }
        return "fakestream needs Java " + OLDEST + " or newer; this is Java " + version
                + " (" + home + "). Install a JDK " + OLDEST
                + " and start fakestream with its bin/java.";
    }

    /// Calls the main method of the class with this name.
    static void handOver(String name, String[] args) throws Throwable {
        try {
            Class.forName(name).getDeclaredMethod("main", String[].class)
                    .invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
