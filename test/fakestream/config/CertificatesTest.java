package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The certificates in the file of UPSTREAM_CA_FILE.
final class CertificatesTest {
    @TempDir
    private static Path directory;
    private static String first;
    private static String second;

    @BeforeAll
    static void make() throws IOException, InterruptedException {
        first = made("First");
        second = made("Second");
    }

    private static String made(String name) throws IOException, InterruptedException {
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var store = List.of("-keystore", directory.resolve(name).toString(), "-storepass",
                "password", "-alias", "it");
        run(keytool, store, List.of("-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name));
        var file = directory.resolve(name + ".pem");
        run(keytool, store, List.of("-exportcert", "-rfc", "-file", file.toString()));
        return Files.readString(file);
    }

    private static void run(String keytool, List<String> store, List<String> how)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(keytool));
        command.addAll(how);
        command.addAll(store);
        assertEquals(0, new ProcessBuilder(command).redirectErrorStream(true).start().waitFor());
    }

    private static List<String> names(String text) throws IOException {
        return Config.of(Map.of("UPSTREAM_CA_FILE", written(text).toString()))
                .get(Setting.UPSTREAM_CA_FILE).stream()
                .map(it -> it.getSubjectX500Principal().getName()).toList();
    }

    private static Path written(String text) throws IOException {
        return Files.writeString(directory.resolve("ca.pem"), text, StandardCharsets.ISO_8859_1);
    }

    private static String problem(String text) throws IOException {
        return problem(written(text));
    }

    private static String problem(Path file) {
        return assertThrows(IllegalArgumentException.class, () -> Config.of(Map.of(
                "UPSTREAM_CA_FILE", file.toString()))).getMessage()
                .replace("--set: UPSTREAM_CA_FILE: " + file, "FILE");
    }

    @Test
    void readsAllOfThemWhateverStandsAround() throws IOException {
        assertEquals(List.of("CN=First"), names(first));
        assertEquals(List.of("CN=First", "CN=Second"), names("# Compa\u00f1\u00eda\n"
                + first.replace("\n", "\r\n") + "Second:\n"
                + second.replace("BEGIN CERT", "BEGIN X509 CERT")
                        .replace("END CERT", "END X509 CERT").strip()));
        assertEquals(List.of(), Config.of(Map.of()).get(Setting.UPSTREAM_CA_FILE));
    }

    @Test
    void namesTheFileAndTheCause() throws IOException {
        assertEquals("FILE cannot be read: no such file", problem(directory.resolve("none.pem")));
        var none = "FILE holds no certificate: no line is -----BEGIN CERTIFICATE-----";
        assertEquals(none, problem(""));
        assertEquals(none, problem(first.replace("CERTIFICATE", "PRIVATE KEY")));
        var start = "FILE: certificate 2 of 2 is broken: ";
        for (var broken : List.of(second.substring(0, second.length() / 2),
                second.replaceFirst("MII", "MIX"), second.replaceFirst("(?m)^-----END.*", ""),
                "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")) {
            var problem = problem(first + broken);
            assertTrue(problem.startsWith(start) && problem.length() > start.length(), problem);
        }
    }
}
