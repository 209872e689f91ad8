package fakestream;

/// The jar's entry point. On a Java that is too old it prints one line about the missing version
/// and exits with code 78; on any other Java it calls `Main`.
///
/// It is compiled for Java 8, so every Java since then can load it. An old Java cannot read `Main`,
/// but it links `Main` only at the call and never gets there.
final class Guard {
    private static final int OLDEST = 25;
    private static final int BAD_SETTINGS = 78;

    private Guard() {
    }

    /// Starts the daemon, or prints why this Java cannot.
    ///
    /// @param args the command line; `Main` reads it
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

    /// The message for the user of this Java, or null if it is new enough. A specification version
    /// is a whole number since Java 9; Java 8 has `1.8`.
    static String complaint(String specification, String version, String home) {
        if (!specification.startsWith("1.") && Integer.parseInt(specification) >= OLDEST) {
            return null;
        }
        return "fakestream needs Java " + OLDEST + " or newer; this is Java " + version
                + " (" + home + "). Install a JDK " + OLDEST
                + " and start fakestream with its bin/java.";
    }
}
