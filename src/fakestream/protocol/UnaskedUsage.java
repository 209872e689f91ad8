package fakestream.protocol;

/// Where a client looks for usage that it did not ask for. Most vendors send usage unasked, so the
/// clients of these vendors do not ask.
public enum UnaskedUsage {
    /// Nowhere: usage would break the client.
    NOWHERE,
    /// On the chunk that has the finish reason, where Mistral, Together, OpenRouter and DeepSeek
    /// send it.
    AT_FINISH,
    /// There, and in the `x_groq` of that chunk, where Groq sends it.
    AT_FINISH_FOR_GROQ
}
