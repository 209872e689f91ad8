package fakestream.protocol;

import java.util.HashSet;
import java.util.Set;

/// Whether one stream has told its whole answer, by what its events say of their choices. It
/// belongs to the thread that reads the stream.
///
/// A choice is open from its first event to its finish, and again behind text that follows. An
/// upstream that tells text behind a finish says one in every chunk, which then means nothing until
/// the stream ends well.
public final class OpenChoices {
    private final int expected;
    private final Set<Integer> open = new HashSet<>();
    private final Set<Integer> finished = new HashSet<>();
    private boolean told;
    private boolean doubtful;
    private boolean ended;

    /// @param expected how many choices were asked for; an upstream may give fewer
    public OpenChoices(int expected) {
        this.expected = expected;
    }

    /// Takes note of the next event.
    public void add(RelayedEvent relayed) {
        relayed.choices().forEach(this::add);
        told |= !relayed.choices().isEmpty() || relayed.progress() == RelayedEvent.Progress.OPEN;
        switch (relayed.progress()) {
            case WHOLE -> ended |= relayed.choices().isEmpty();
            case ENDED -> ended |= told && (finished.containsAll(open) || finished.isEmpty());
            case SILENT, OPEN, FAILED -> { }
        }
    }

    private void add(RelayedEvent.Choice choice) {
        doubtful |= choice.text() && finished.contains(choice.index());
        if (choice.finished()) {
            finished.add(choice.index());
            open.remove(choice.index());
        } else if (choice.text() || !finished.contains(choice.index())) {
            open.add(choice.index());
        }
    }

    /// Whether the answer is whole even if the stream breaks off here.
    public boolean isWhole() {
        return ended || !doubtful && finished.size() >= expected && isWholeAtItsEnd();
    }

    /// Whether the answer is whole if the stream ends here as one that ends well.
    public boolean isWholeAtItsEnd() {
        return ended || !finished.isEmpty() && open.isEmpty();
    }
}
