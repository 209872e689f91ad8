package fakestream.protocol;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Cuts a text into pieces that join to exactly the text. A piece ends at the end of a sentence or
/// word if its length allows, and never inside a character as a reader sees it: a surrogate pair, a
/// combining sequence, a joined emoji, CR LF (Unicode Annex 29; the JDK's character iterator
/// follows its extended grapheme clusters since 20, JDK-8291660).
public final class TextPieces {
    /// The length of pieces, in UTF-16 units, of text that is not read as it arrives: far below the
    /// longest line even if each unit is escaped, and few enough for an agent that waits.
    public static final int LARGE = 8 * 1024;

    /// The longest whole character, in UTF-16 units. A longer one (a tower of combining marks) is
    /// cut at a code point, so that no line grows without bound.
    static final int LONGEST_CHARACTER = 4096;

    /// How far beyond the longest piece the search looks to confirm a boundary: one code point.
    private static final int LOOK_AHEAD = 2;

    /// Below it, CR LF is the only character of two code points (Annex 29).
    private static final char FIRST_COMBINING = '\u0300';

    private final String text;
    private final int target;
    private final BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
    private final BreakIterator words = BreakIterator.getWordInstance(Locale.ROOT);
    private final BreakIterator characters = BreakIterator.getCharacterInstance(Locale.ROOT);

    private TextPieces(String text, int target) {
        this.text = text;
        this.target = target;
    }

    /// The pieces of a text, in order; none for an empty text. No piece is longer than `target`
    /// UTF-16 units (1 or more), unless a single character is longer.
    public static List<String> of(String text, int target) {
        return new TextPieces(text, target).cut();
    }

    private List<String> cut() {
        var pieces = new ArrayList<String>(text.length() / target + 1);
        for (int start = 0, end; start < text.length(); start = end) {
            end = text.length() - start <= target ? text.length() : start + next(start);
            pieces.add(text.substring(start, end));
        }
        return pieces;
    }

    /// The length of the piece that begins at `start`, if more text follows than fits. It reads
    /// only this window, so that a megabyte without a blank takes linear time.
    private int next(int start) {
        var end = Math.min(text.length(), start + target + LOOK_AHEAD);
        var window = text.substring(start, end);
        var sentence = mayEndSentence(window) ? last(sentences, window) : 0;
        if (sentence > target / 2 && boundary(window, sentence)) {
            return sentence;
        }
        var word = last(words, window);
        if (word > 0 && boundary(window, word)) {
            return word;
        }
        var character = last(characters, window);
        return character > 0 ? character : oneCharacter(start);
    }

    /// The last boundary at or before the target, or 0.
    private int last(BreakIterator boundaries, String window) {
        boundaries.setText(window);
        return Math.max(boundaries.preceding(target + 1), 0);
    }

    /// Whether the window has anything except words, figures, blanks and marks within a sentence.
    /// Most windows have nothing else and need no search.
    private static boolean mayEndSentence(String window) {
        for (int i = 0; i < window.length(); i++) {
            char c = window.charAt(i);
            if (c < ' ' || c == '.' || c == '!' || c == '?' || c > '~') {
                return true;
            }
        }
        return false;
    }

    /// Word and sentence iterators are older than the grapheme clusters and may disagree with them.
    private boolean boundary(String window, int position) {
        char before = window.charAt(position - 1);
        char behind = window.charAt(position);
        if (before < FIRST_COMBINING && behind < FIRST_COMBINING) {
            return before != '\r' || behind != '\n';
        }
        characters.setText(window);
        return characters.isBoundary(position);
    }

    /// The length of the single character at `start` that is longer than the target. If the window
    /// ends within a surrogate pair, the first half counts as a character.
    private int oneCharacter(int start) {
        var end = Math.min(text.length(), start + LONGEST_CHARACTER);
        characters.setText(text.substring(start, end));
        return characters.following(0);
    }
}
