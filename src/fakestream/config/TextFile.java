package fakestream.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Reads small files, and reports in plain words why one cannot be read.
final class TextFile {
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final Pattern CERTIFICATE = Pattern.compile(
            "-----BEGIN (?:X509 )?CERTIFICATE-----[^-]*+(?:-----END (?:X509 )?CERTIFICATE-----)?");

    private TextFile() {
    }

    /// The whole text of a UTF-8 file, without the byte order mark that some editors put before it.
    ///
    /// @throws IllegalArgumentException if it cannot be read; it names the path and the reason
    static String read(Path file) {
        return read(file, StandardCharsets.UTF_8);
    }

    private static String read(Path file, Charset charset) {
        try {
            String text = Files.readString(file, charset);
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + reason(e), e);
        }
    }

    /// The certificates in a PEM file; none if the name is empty. Text around them does not count.
    ///
    /// @throws IllegalArgumentException if it cannot be read, holds none, or one is broken; names
    ///     the path and the reason
    static List<X509Certificate> certificates(String file) {
        if (file.isEmpty()) {
            return List.of();
        }
        var blocks = CERTIFICATE.matcher(read(Path.of(file), StandardCharsets.ISO_8859_1)).results()
                .map(block -> block.group().replace("\r", "")).toList();
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException(
                    file + " holds no certificate: no line is -----BEGIN CERTIFICATE-----");
        }
        var certificates = new ArrayList<X509Certificate>();
        for (var block : blocks) {
            try {
                var factory = CertificateFactory.getInstance("X.509");
                certificates.add((X509Certificate) factory.generateCertificate(
                        new ByteArrayInputStream(block.getBytes(StandardCharsets.ISO_8859_1))));
            } catch (CertificateException e) {
                throw new IllegalArgumentException(file + ": certificate "
                        + (certificates.size() + 1) + " of " + blocks.size() + " is broken: "
                        + e.getMessage(), e);
            }
        }
        return List.copyOf(certificates);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            case CharacterCodingException _ -> "it is not UTF-8 text";
            default -> e.getMessage();
        };
    }
}
