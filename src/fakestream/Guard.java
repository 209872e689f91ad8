package fakestream;

/// Where the jar starts: tells a Java that is too old what is missing, in one line and with exit
/// code 78, and hands over to `Main` on any other.
///
/// It is compiled for Java 8, so that every Java since then can read it. An old one links `Main`,
/// which it cannot read, only at the call, and never gets there.
final class Guard {
    private static final int OLDEST = 25;
    private static final int BAD_SETTINGS = 78;

    private Guard() {
    }

    /// Starts the daemon, or says why this Java cannot.
    ///
    /// @param args the command line, for `Main` to read
    public static void main(String[] args) {
        String complaint = complaint(
                System.getProperty("java.specification.version"),
                System.getProperty("java.version"),
                System.getProperty("java.home"));
        if (complaint != null) {
            System.err.println(complaint);
            System.exit(BAD_SETTINGS);
        }
        Main.main(args);
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
}
