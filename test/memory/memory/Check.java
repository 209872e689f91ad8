package memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What must be so.
final class Check {
    private Check() {
    }

    static void that(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new AssertionError(otherwise);
        }
    }

    /// Does all of these, so many at the same time, and fails with the first that fails.
    static <T> List<T> together(int threads, List<Callable<T>> tasks) throws Exception {
        var results = new ArrayList<T>();
        try (var executor = Executors.newFixedThreadPool(threads,
                Thread.ofVirtual().factory())) {
            for (Future<T> result : executor.invokeAll(tasks)) {
                results.add(result.get());
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        }
        return results;
    }
}
