package fakestream.protocol;

import java.util.HashSet;
import java.util.Set;

/// Tells whether a stream has given its whole answer, from its events' choices. It belongs to the
/// thread that reads the stream.
///
/// A choice is open from its first event to its finish, and again if text follows the finish. An
/// upstream that sends text after a finish sends a finish in every chunk; a finish then means
/// nothing until the stream ends cleanly.
public final class OpenChoices {
    private final int expected;
    private final Set<Integer> open = new HashSet<>();
    private final Set<Integer> finished = new HashSet<>();
    private boolean told;
    private boolean doubtful;
    private boolean ended;

    /// @param expected the number of choices in the request; an upstream may give fewer
    public OpenChoices(int expected) {
        this.expected = expected;
    }

    /// Records the next event.
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

    /// Whether the answer is whole if the stream ends cleanly here.
    public boolean isWholeAtItsEnd() {
        return ended || !finished.isEmpty() && open.isEmpty();
    }
}
