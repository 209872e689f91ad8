package fakestream.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/// A text that must not be seen: a key, or headers that may hold one. Printing it shows `***`;
/// only [#reveal()] gives the text, so every place that uses it is easy to find.
///
/// @param reveal the text itself
public record Secret(String reveal) {
    public Secret {
        Objects.requireNonNull(reveal);
    }

    /// Whether `other` is this secret. Digests of equal length are compared, and all of their
    /// bytes, so the time this takes tells nothing about how close a guess was.
    public boolean matches(String other) {
        return MessageDigest.isEqual(sha256(reveal), sha256(other));
    }

    /// What tells this secret from others, and does not tell it.
    public String digest() {
        return HexFormat.of().formatHex(sha256(reveal));
    }

    /// Always `***`.
    @Override
    public String toString() {
        return "***";
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
