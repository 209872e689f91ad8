// Describes the flaws of a page: cut or overlapping content, and axe's findings. Runs in the page.
import axe from 'axe-core';

/** Describes all visible content that is cut off or overlaps, one sentence for each flaw. */
export function flaws(page) {
    return page.evaluate(() => {
        const found = [];
        const root = document.documentElement;
        if (root.scrollWidth > root.clientWidth) {
            found.push(`the page is ${root.scrollWidth} wide on ${root.clientWidth}`);
        }
        const dialog = document.querySelector('dialog[open]');
        const scope = dialog ?? document.body;
        const name = (node) =>
            `${node.tagName}#${node.id} "${(node.textContent ?? '').trim().slice(0, 30)}"`;

        /** The visible part of a box. A cut is a flaw, unless a scroller cuts the height. */
        const seen = (node, box) => {
            let { left, top, right, bottom } = box;
            for (let it = node; it && it !== scope.parentElement; it = it.parentElement) {
                const style = getComputedStyle(it);
                if (style.overflowX === 'visible' || it === document.body) continue;
                const frame = it.getBoundingClientRect();
                const scrolls = style.overflowX === 'auto' || style.overflowX === 'scroll';
                const out = left < frame.left - 1.5 || right > frame.right + 1.5;
                if (out || (!scrolls && (top < frame.top - 1.5 || bottom > frame.bottom + 1.5))) {
                    found.push(`${name(node)} is cut by ${name(it)}`);
                }
                [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
                [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
            }
            return { node, left, top, right, bottom };
        };

        const boxes = [];
        const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
        for (let text = walker.nextNode(); text; text = walker.nextNode()) {
            const node = text.parentElement;
            if (text.data.trim() === '' || node.closest('select, datalist, textarea, noscript'))
                continue;
            // Chromium does not lay out a row that is scrolled away; only its child reports this.
            const shown = node.closest('#raw div')?.firstElementChild ?? node;
            if (
                !shown.checkVisibility({ contentVisibilityAuto: true }) ||
                (!dialog && node.closest('dialog'))
            )
                continue;
            const range = document.createRange();
            range.selectNodeContents(text);
            for (const box of node.closest('svg')
                ? [node.getBoundingClientRect()]
                : range.getClientRects()) {
                if (box.width < 1) continue;
                if (box.left < -0.5 || box.right > innerWidth + 0.5)
                    found.push(`${name(node)} leaves the page`);
                const button = node.closest('button')?.getBoundingClientRect();
                if (
                    button &&
                    (box.left < button.left ||
                        box.right > button.right ||
                        box.top < button.top - 1 ||
                        box.bottom > button.bottom + 1)
                ) {
                    found.push(`${name(node)} is larger than its button`);
                }
                boxes.push(seen(node, box));
            }
        }
        for (const input of scope.querySelectorAll('input[readonly]')) {
            if (input.checkVisibility() && input.scrollWidth > input.clientWidth + 1) {
                found.push(`${name(input)} is too small for its value`);
            }
        }
        const overlaps = (list, within) =>
            list.forEach((a, i) =>
                list.slice(i + 1).forEach((b) => {
                    if (a.node === b.node || within(a.node, b.node)) return;
                    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                    // Line boxes touch even if their glyphs do not.
                    if (wide > 1 && high > 4)
                        found.push(`${name(a.node)} overlaps ${name(b.node)}`);
                }),
            );
        overlaps(boxes, (a, b) => a.contains(b) || b.contains(a));
        const controls = [...scope.querySelectorAll('button, input, select, textarea, summary, a')]
            .filter((node) => node.checkVisibility() && (dialog || !node.closest('dialog')))
            .map((node) => seen(node, node.getBoundingClientRect()));
        overlaps(controls, () => false);
        return [...new Set(found)];
    });
}

/** Axe's findings, one sentence for each rule. */
export async function barriers(page) {
    if (!(await page.evaluate(() => 'axe' in window))) {
        // A debugger's evaluation passes the page's policy; an added script would not.
        await page.evaluate(axe.source);
    }
    const { violations } = await page.evaluate(() =>
        window.axe.run(document, {
            resultTypes: ['violations'],
            // Axe ignores content that is inert behind the dialog.
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }),
    );
    return violations.map(
        ({ id, nodes }) =>
            `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
    );
}
