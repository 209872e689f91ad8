package fakestream.protocol.gemini;

import fakestream.json.JsonValue;

/// One part of a candidate's content, as one event carries it.
///
/// @param paced whether it is a piece of text that people read as it arrives
record GenerateContentPiece(JsonValue part, boolean paced) {
}
