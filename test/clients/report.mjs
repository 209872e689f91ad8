// A reporter for node:test: one line for each check, and the true counts in the last line. Suites
// and checks that only group others are not counted.

const INHERITED = new Set(['subtestsFailed', 'cancelledByParent']);

export default async function* report(source) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    let deepest = 0;
    for await (const { type, data } of source) {
        if (type === 'test:diagnostic' && data.nesting > 0) {
            yield `      ${data.message}\n`;
        }
        if (type !== 'test:pass' && type !== 'test:fail') {
            continue;
        }
        const isGroup = data.details.type === 'suite' || data.nesting < deepest;
        deepest = data.nesting;
        const outcome = outcomeOf(type, data, isGroup);
        if (outcome !== undefined) {
            counts[outcome] += 1;
            yield lineOf(outcome, data);
        }
    }
    yield `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
}

/** A group counts only if it failed itself: in a hook, or in code beside its checks. */
function outcomeOf(type, data, isGroup) {
    if (type === 'test:fail') {
        return isGroup && INHERITED.has(data.details.error.failureType) ? undefined : 'failed';
    }
    if (isGroup) {
        return undefined;
    }
    return data.skip === undefined ? 'passed' : 'skipped';
}

function lineOf(outcome, data) {
    if (outcome === 'passed') {
        return `ok    ${data.name}\n`;
    }
    if (outcome === 'skipped') {
        return `skip  ${data.name} (${data.skip})\n`;
    }
    const { error } = data.details;
    const why = String(error.cause?.stack ?? error.cause ?? error.message);
    const lines = why.split('\n').filter((line) => !line.includes('node:internal'));
    return `FAIL  ${data.name}\n${lines.map((line) => `      ${line}\n`).join('')}`;
}
