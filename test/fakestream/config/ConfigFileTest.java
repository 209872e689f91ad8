package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {
    @TempDir
    private Path directory;
    private Path file;
    private final List<String> problems = new ArrayList<>();

    @BeforeEach
    void namesTheFile() {
        file = directory.resolve("proxy.properties");
    }

    @Test
    void readsNamesAndValuesWithTheirLines() throws IOException {
        assertEquals(List.of(given("PORT", "8080", 2), given("HOST", "::1", 4)), read("""
                # where
                PORT=8080

                HOST=::1
                """));
    }

    @Test
    void skipsBlankLinesAndBothKindsOfComment() throws IOException {
        assertEquals(List.of(), read("""
                # PORT=1
                  # PORT=2
                ! PORT=3
                \t
                """));
    }

    @Test
    void trimsBlanksAroundNameAndValue() throws IOException {
        assertEquals(List.of(given("PORT", "8080", 1)), read("  PORT \t= 8080 \t \n"));
    }

    @Test
    void skipsTheWordExportBeforeAName() throws IOException {
        assertEquals(List.of(given("PORT", "1", 1), given("HOST", "a", 2), given("export", "b", 3)),
                read("export PORT=1\n export\t HOST = a\nexport=b\n"));
    }

    @Test
    void removesOnePairOfQuotes() throws IOException {
        assertEquals(List.of(given("A", "one", 1), given("B", "{\"x\":\"y\"}", 2),
                given("C", "'three'", 3), given("D", "", 4)), read("""
                A="one"
                B='{"x":"y"}'
                C="'three'"
                D=""
                """));
    }

    @Test
    void keepsQuotesThatAreNoPair() throws IOException {
        assertEquals(List.of(
                given("A", "\"", 1), given("B", "\"one'", 2), given("C", "o\"n\"e", 3)),
                read("A=\"\nB=\"one'\nC=o\"n\"e\n"));
    }

    @Test
    void keepsBackslashesAndLaterEqualsSigns() throws IOException {
        assertEquals(List.of(given("A", "C:\\new\\test\\", 1), given("B", "x=y=z", 2)),
                read("A=C:\\new\\test\\\nB=x=y=z\n"));
    }

    @Test
    void keepsAHashAfterAValue() throws IOException {
        assertEquals(List.of(given("PORT", "8080 # mine", 1)), read("PORT=8080 # mine"));
    }

    @Test
    void readsUtf8AndWindowsLineEndsAndSkipsAByteOrderMark() throws IOException {
        assertEquals(List.of(given("A", "größe", 1), given("B", "2", 2)),
                read("\uFEFFA=größe\r\nB=2\r\n"));
    }

    @Test
    void givesBothLinesOfANameGivenTwice() throws IOException {
        assertEquals(List.of(given("PORT", "1", 1), given("PORT", "2", 2)),
                read("PORT=1\nPORT=2\n"));
    }

    @Test
    void reportsALineWithoutEqualsAndDoesNotQuoteIt() throws IOException {
        Files.writeString(file, "PORT=1\nsk-very-secret\nHOST=a\n");
        assertEquals(2, ConfigFile.read(file, problems).size());
        assertEquals(List.of(file + ":2: this line has no '=': expected NAME=VALUE"), problems);
    }

    @Test
    void reportsAMissingFile() {
        assertEquals(List.of(), ConfigFile.read(file, problems));
        assertEquals(List.of(file + " cannot be read: no such file"), problems);
    }

    @Test
    void reportsAFileThatIsNotUtf8() throws IOException {
        Files.write(file, "A=größe".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(List.of(), ConfigFile.read(file, problems));
        assertEquals(List.of(file + " cannot be read: it is not UTF-8 text"), problems);
    }

    @Test
    void reportsADirectory() {
        assertEquals(List.of(), ConfigFile.read(directory, problems));
        assertEquals(1, problems.size());
        assertFalse(problems.getFirst().contains("null"), problems.getFirst());
    }

    private Given given(String name, String value, int line) {
        return new Given(name, value, file + ":" + line);
    }

    private List<Given> read(String text) throws IOException {
        Files.writeString(file, text);
        List<Given> all = ConfigFile.read(file, problems);
        assertEquals(List.of(), problems);
        return all;
    }
}
