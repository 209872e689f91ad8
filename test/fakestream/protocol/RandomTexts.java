package fakestream.protocol;

import java.util.Random;

/// Random texts from characters that are awkward to cut, to escape, or to count.
public final class RandomTexts {
    private static final String[] PARTS = {
        "a", "word", "Sentence. ", "Really?! ", " ", "  ", "\n", "\r\n", "\r", "\t", ".", "...",
        ",", "\"", "\\", "/", "{\"a\": [1, 2]}", "`code`", "<b>", "\u0000", "\u001f", "\u007f",
        "\u0085", "\u2028", "\u2029", "\ufeff", "\u200b", "\u200d", "\u0301", "e\u0301",
        "\u0308\u0323",
        "\ud83d\ude00", "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
        "\ud83d\udc4b\ud83c\udffd", "\ud83c\uddeb\ud83c\uddf7", "\ud83c\udde9",
        "1\ufe0f\u20e3", "\ud83d", "\ude00", "\u1112\u1161", "\u11ab", "\u0600",
        "\u0915\u094d\u0937\u093f", "\u4e16\u754c", "\u3002", "\u3042\u308a",
        "\u30c6\u30ad", "\u0e01\u0e33", "\u05e9\u05dc\u05d5\u05dd", "\ud840\udc00", "data: [DONE]",
        "0123456789abcdef", "\uffff", "'", "\u2019s"};

    private final Random random;

    public RandomTexts(Random random) {
        this.random = random;
    }

    /// A text of at most `length` UTF-16 units: often short, sometimes empty.
    public String text(int length) {
        var most = random.nextInt(8) == 0 ? 0 : random.nextInt(1 + random.nextInt(1 + length));
        return ofLength(most);
    }

    /// A text of `length` UTF-16 units, all awkward or all plain.
    public String ofLength(int length) {
        var plain = random.nextInt(4) == 0;
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append(plain ? "plain words without an end " : part());
        }
        return text.toString();
    }

    private String part() {
        return PARTS[random.nextInt(PARTS.length)];
    }
}
