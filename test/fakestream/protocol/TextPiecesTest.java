package fakestream.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Growth;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TextPiecesTest {
    private static final String FAMILY = "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67";
    private static final String WAVE = "\ud83d\udc4b\ud83c\udffd";
    private static final String FRANCE = "\ud83c\uddeb\ud83c\uddf7";
    private static final String SMILE = "\ud83d\ude00";

    /// A character as a reader sees it (Unicode Annex 29).
    private static final Pattern CHARACTER = Pattern.compile("\\X");

    @ParameterizedTest
    @ValueSource(strings = {
        "\nstarts with a line end", "...!?!?;:,--- ...", "Hi! a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",
        "12345678901234567890123456789" + SMILE + "1234", "123456789012345678901234567890" + SMILE,
        "A family: " + FAMILY + FAMILY + FAMILY, "one\r\ntwo\r\n\r\nthree\rfour\n\nfive",
        WAVE + FRANCE + FRANCE + FRANCE + "1\ufe0f\u20e3" + WAVE,
        "e\u0301a\u0308o\u0302\u0323 A. \u0301B! \u0308C", "\u1112\u1161\u11ab\u1100\u1173\u11af",
        "\u0915\u094d\u0937\u093f \u0928\u092e\u0938\u094d\u0924\u0947", "\u0e01\u0e33\u0e40\u0e02",
        "\u4f60\u597d\uff0c\u4e16\u754c\u3002\u5b83\u4e0d\u4f1a\u628a\u5b57\u5207\u5f00",
        "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8\u306f\u3001\u7a7a\u767d\u306a",
        "for (int i = 0; i < n; i++) {\r\n\tif (a[i] != b[i]) { return -1; }\r\n}\r\n", "\ud83d",
        "\ude00\ud83d", "lone \ud83d and \ude00 halves", "\u0000\u0085\u2028\u2029\ufeff", " ",
    })
    void joinToTheTextAtAnyLength(String text) {
        for (int target = 1; target <= 60; target++) {
            assertGood(text, target);
        }
    }

    @Test
    void joinToRandomTexts() {
        for (int seed = 0; seed < 3000; seed++) {
            var random = new Random(seed);
            var text = new RandomTexts(random).text(120);
            assertGood(text, 1 + random.nextInt(40));
        }
    }

    @Test
    void areNoneForAnEmptyText() {
        assertEquals(List.of(), TextPieces.of("", 30));
    }

    @Test
    void leaveAShortTextWhole() {
        assertEquals(List.of("Hi! Are you there? "), TextPieces.of("Hi! Are you there? ", 19));
    }

    @Test
    void endAtTheEndOfASentence() {
        assertEquals(List.of("It was late. ", "The rain had stopped. ", "Nobody came."),
                TextPieces.of("It was late. The rain had stopped. Nobody came.", 24));
    }

    @Test
    void endAtAWordIfTheSentenceEndsTooEarly() {
        var pieces = TextPieces.of("No. Nevertheless everything continued.", 20);
        assertEquals(List.of("No. Nevertheless ", "everything continued", "."), pieces);
    }

    @Test
    void endAtTheEndOfAChineseSentence() {
        assertEquals(List.of("\u4f60\u597d\u4e16\u754c\u3002", "\u518d\u89c1\u4e16\u754c\u3002"),
                TextPieces.of("\u4f60\u597d\u4e16\u754c\u3002\u518d\u89c1\u4e16\u754c\u3002", 7));
    }

    @Test
    void cutOnlyAWordLongerThanAPiece() {
        assertEquals(List.of("Hi! ", "x".repeat(30), "x".repeat(30), "x".repeat(20)),
                TextPieces.of("Hi! " + "x".repeat(80), 30));
    }

    @Test
    void neverSplitASurrogatePair() {
        var text = "x".repeat(29) + SMILE + "x".repeat(29) + SMILE;
        assertEquals(List.of("x".repeat(29), SMILE, "x".repeat(29), SMILE),
                TextPieces.of(text, 30));
        assertEquals(List.of("x".repeat(29) + SMILE, "x".repeat(29) + SMILE),
                TextPieces.of(text, 31));
    }

    @ParameterizedTest
    @ValueSource(strings = {FAMILY, WAVE, FRANCE, "\r\n", "e\u0301", "1\ufe0f\u20e3",
        "\u1112\u1161\u11ab", "\u0915\u094d\u0937\u093f"})
    void neverSplitAGraphemeCluster(String character) {
        for (int target = 1; target <= character.length(); target++) {
            assertEquals(List.of(character, character, character),
                    TextPieces.of(character.repeat(3), target));
        }
    }

    @Test
    void neverSplitACharacterAtTheEndOfASentence() {
        assertEquals(List.of("It was late! ", "\u0600A came"),
                TextPieces.of("It was late! \u0600A came", 14));
    }

    @Test
    void cutALongRunOfCombiningMarks() {
        var text = "a" + "\u0301".repeat(3 * TextPieces.LONGEST_CHARACTER);
        for (int target : new int[] {1, 30, 4096, 8192, 10_000}) {
            var pieces = TextPieces.of(text, target);
            assertEquals(text, String.join("", pieces));
            assertTrue(pieces.stream().allMatch(piece -> piece.length() <= Math.max(target,
                    TextPieces.LONGEST_CHARACTER)));
        }
    }

    @Test
    void cutALongRunOfSurrogatePairsBetweenPairs() {
        for (var start : List.of("\ud83d\udc68", "x\u0301\ud83d\udc68")) {
            var text = start + "\u200d\ud83d\udc69".repeat(TextPieces.LONGEST_CHARACTER);
            var pieces = TextPieces.of(text, 30);
            assertEquals(text, String.join("", pieces));
            for (var piece : pieces) {
                assertTrue(piece.length() <= TextPieces.LONGEST_CHARACTER);
                assertFalse(Character.isHighSurrogate(piece.charAt(piece.length() - 1)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\u4e16", "\u3042", "\u0301", ".", "\ud83d\ude00", "\n", "a."})
    void cutAMegabyteWithoutABlankInLinearTime(String unit) {
        Growth.isLinear(unit, size -> unit.repeat(size << 17), text -> TextPieces.of(text, 30));
        var text = unit.repeat((1 << 20) / unit.length());
        var pieces = TextPieces.of(text, 30);
        assertEquals(text, String.join("", pieces));
        assertTrue(pieces.size() < text.length() / 10, "pieces: " + pieces.size());
    }

    /// The pieces join to the text. None ends within a character, and a piece longer than `target`
    /// is one character.
    private static void assertGood(String text, int target) {
        var pieces = TextPieces.of(text, target);
        assertEquals(text, String.join("", pieces));
        var ends = CHARACTER.matcher(text).results().map(MatchResult::end)
                .collect(Collectors.toCollection(TreeSet::new));
        int end = 0;
        for (var piece : pieces) {
            assertFalse(piece.isEmpty());
            var start = end;
            end += piece.length();
            assertTrue(ends.contains(end), () -> "a character is split at " + target + " by "
                    + pieces.stream().map(Difference::shown).toList());
            assertTrue(piece.length() <= target || ends.higher(start) == end,
                    () -> "longer than " + target + ": " + Difference.shown(piece));
        }
    }
}
