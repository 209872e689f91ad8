package fakestream.connections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CapacityTest {
    private static final int ANY = 1_000_000;

    @ParameterizedTest
    @CsvSource({
        // Open files limit the first row, the heap the others.
        "64, 1024, 15, 13", "256, 1024, 111, 97", "1024, 1024, 495, 433",
        "20000, 64, 307, 236", "524288, 512, 5324, 4096", "20000, 16, 51, 39",
        "9223372036854775807, 128, 1024, 787", "9223372036854775807, 99999999, 1000000, 874999",
        // There is always room for one stream, and for one more client to be refused.
        "0, 1024, 2, 1", "35, 1024, 2, 1", "64, 0, 2, 1"})
    void isLimitedByOpenFilesAndHeap(long files, long megabytes, int connections, int streams) {
        assertEquals(new Capacity(connections, streams),
                Capacity.of(files, megabytes << 20, 2, ANY));
    }

    @ParameterizedTest
    @CsvSource({"100, 100, 87", "20000, 5324, 4096", "1, 2, 1"})
    void staysWithinTheOperatorsLimit(int given, int connections, int streams) {
        assertEquals(new Capacity(connections, streams),
                Capacity.of(20_000, 512L << 20, 2, given));
    }

    @Test
    void leavesRoomToRefuseAClient() {
        for (long files = 0; files < 5_000; files++) {
            var capacity = Capacity.of(files, 1L << 30, 8, ANY);
            assertTrue(capacity.streams() > 0 && capacity.streams() < capacity.connections(),
                    capacity.toString());
        }
    }

    @Test
    void readsTheLimitOfOpenFilesFromProc() {
        var text = """
                Limit                     Soft Limit           Hard Limit           Units
                Max core file size        0                    unlimited            bytes
                Max open files            %s files
                Max locked memory         67108864             67108864             bytes
                """;
        assertEquals(1024, Capacity.openFiles(text.formatted("1024                 524288     ")));
        assertEquals(Capacity.UNKNOWN,
                Capacity.openFiles(text.formatted("unlimited   unlimited ")));
        assertEquals(Capacity.UNKNOWN, Capacity.openFiles(""));
    }

    @Test
    void knowsTheLimitOfThisProcess() {
        assertTrue(Capacity.openFiles() >= 64, () -> "open files: " + Capacity.openFiles());
    }
}
