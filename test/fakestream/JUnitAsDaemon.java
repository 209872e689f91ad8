package fakestream;

import org.junit.platform.console.ConsoleLauncher;

/// Runs JUnit's console in a JVM with the JDK properties of the daemon. The JDK reads them once,
/// when it loads its server and client, so they are set before JUnit loads any test.
final class JUnitAsDaemon {
    private JUnitAsDaemon() {
    }

    public static void main(String[] arguments) {
        JdkProperties.set();
        ConsoleLauncher.main(arguments);
    }
}
