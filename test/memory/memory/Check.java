package memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Checks conditions.
final class Check {
    private Check() {
    }

    static void that(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new AssertionError(otherwise);
        }
    }

    /// Runs all tasks, `threads` at a time; fails with the first failure.
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
