// Makes a picture smaller: keeps its 255 most frequent colours and replaces each other colour by
// the nearest of them.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const MOST_COLOURS = 255;
const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** Converts a PNG of Chromium, with 8 bits a channel, to one with a palette. */
export function smaller(png) {
    const { width, height, pixels, channels } = read(png);
    const colours = Array.from({ length: width * height }, (_, i) =>
        pixels.readUIntBE(i * channels, 3),
    );
    const palette = commonest(colours);
    const places = new Map(palette.map((colour, i) => [colour, i]));
    const rows = Buffer.alloc((width + 1) * height);
    colours.forEach((colour, i) => {
        if (!places.has(colour)) {
            places.set(colour, nearest(colour, palette));
        }
        rows[i + Math.floor(i / width) + 1] = places.get(colour);
    });
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 3, 0, 0, 0], 8);
    const table = Buffer.concat(palette.map((colour) => Buffer.from(parts(colour))));
    return Buffer.concat([
        SIGNATURE,
        chunk('IHDR', header),
        chunk('PLTE', table),
        chunk('IDAT', deflateSync(rows, { level: 9 })),
        chunk('IEND', Buffer.alloc(0)),
    ]);
}

function read(png) {
    const data = [];
    for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
        if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
            data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
        }
    }
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    const channels = png[25] === 6 ? 4 : 3;
    return {
        width,
        height,
        channels,
        pixels: unfilter(inflateSync(Buffer.concat(data)), width * channels, height, channels),
    };
}

/** Undoes the filters of PNG (section 9 of its specification). */
function unfilter(raw, stride, height, channels) {
    const out = Buffer.alloc(stride * height);
    for (let y = 0; y < height; y += 1) {
        const filter = raw[y * (stride + 1)];
        for (let x = 0; x < stride; x += 1) {
            const at = y * stride + x;
            const left = x < channels ? 0 : out[at - channels];
            const up = y === 0 ? 0 : out[at - stride];
            const corner = x < channels || y === 0 ? 0 : out[at - stride - channels];
            const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
            out[at] = raw[y * (stride + 1) + 1 + x] + guess;
        }
    }
    return out;
}

function paeth(left, up, corner) {
    const [a, b, c] = [left, up, corner].map((it) => Math.abs(left + up - corner - it));
    return a <= b && a <= c ? left : b <= c ? up : corner;
}

function commonest(colours) {
    const counts = new Map();
    colours.forEach((colour) => counts.set(colour, (counts.get(colour) ?? 0) + 1));
    return [...counts]
        .sort(([, a], [, b]) => b - a)
        .slice(0, MOST_COLOURS)
        .map(([colour]) => colour);
}

const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function nearest(colour, palette) {
    const wanted = parts(colour);
    const distance = (it) => parts(it).reduce((sum, part, i) => sum + (part - wanted[i]) ** 2, 0);
    return palette.reduce((best, it, i) => (distance(it) < distance(palette[best]) ? i : best), 0);
}

function chunk(name, data) {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
}
