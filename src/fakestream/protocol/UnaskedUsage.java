package fakestream.protocol;

/// Where a client looks for usage that it did not ask for. Most vendors send usage unasked, so
/// their clients do not ask.
public enum UnaskedUsage {
    /// Nowhere: usage would break the client.
    NOWHERE,
    /// On the chunk with the finish reason, as Mistral, Together, OpenRouter and DeepSeek send it.
    AT_FINISH,
    /// On the same chunk and in its `x_groq`, as Groq sends it.
    AT_FINISH_FOR_GROQ
}
