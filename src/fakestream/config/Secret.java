package fakestream.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/// A text that must not be shown: a key, or headers that may hold one. Printing it shows `***`;
/// only [#reveal()] gives the text, so every use of it is easy to find.
///
/// @param reveal the text itself
public record Secret(String reveal) {
    public Secret {
        Objects.requireNonNull(reveal);
    }

    /// Whether `other` is this secret. It compares all bytes of two digests of equal length, so the
    /// time it takes does not reveal how close a guess is.
    public boolean matches(String other) {
        return MessageDigest.isEqual(sha256(reveal), sha256(other));
    }

    /// The SHA-256 digest in hex: it identifies the secret without revealing it.
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
