import { crc32, deflateSync, inflateSync } from 'node:zlib';

/*
 * A picture of a page in a third of its bytes: with a palette of 256 colours. What is none of them, edges of letters, becomes
 * the nearest. https://www.w3.org/TR/png-3/
 *
 *     signature  IHDR  IDAT…  IEND     →     signature  IHDR  PLTE  IDAT  IEND
 */

const SIGNATURE_BYTES = 8;
const COLOURS = 256;
const FREQUENT = 176;

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 0xRRGGBB, line by line. */
  readonly colours: Uint32Array;
}

/** @param png - 8 bits a channel, RGB or RGBA, not interlaced: what browsers make. What is transparent is taken as it is. */
export function palettedPng(png: Buffer): Buffer {
  const { width, height, colours } = readPixels(png);
  const palette = chosen(colours);
  const numbers = new Map<number, number>(palette.map((colour, n) => [colour, n]));
  const lines = Buffer.alloc((width + 1) * height); // each line begins with its filter: 0, none
  colours.forEach((colour, at) => {
    let n = numbers.get(colour);
    if (n === undefined) {
      n = nearest(palette, colour);
      numbers.set(colour, n);
    }
    lines[at + Math.floor(at / width) + 1] = n;
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const parts = [
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([png.subarray(0, SIGNATURE_BYTES), ...parts]);
}

function readPixels(png: Buffer): Pixels {
  const data: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const [width, height, depth, kind] = [png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]];
  if (depth !== 8 || (kind !== 2 && kind !== 6)) throw new Error(`reading a PNG: depth ${depth}, colour type ${kind}`);
  const channels = kind === 2 ? 3 : 4;
  const bytes = unfiltered(inflateSync(Buffer.concat(data)), width * channels, channels);
  const at = (n: number) => ((bytes[n] ?? 0) << 16) | ((bytes[n + 1] ?? 0) << 8) | (bytes[n + 2] ?? 0);
  return { width, height, colours: Uint32Array.from({ length: width * height }, (_, n) => at(n * channels)) };
}

/** Takes back what was done to each line to make it compress better. */
function unfiltered(lines: Buffer, lineBytes: number, channels: number): Uint8Array {
  const height = lines.length / (lineBytes + 1);
  const out = new Uint8Array(lineBytes * height);
  for (let y = 0; y < height; y += 1) {
    const filter = lines[y * (lineBytes + 1)] ?? 0;
    for (let x = 0; x < lineBytes; x += 1) {
      const left = x < channels ? 0 : (out[y * lineBytes + x - channels] ?? 0);
      const up = y === 0 ? 0 : (out[(y - 1) * lineBytes + x] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (out[(y - 1) * lineBytes + x - channels] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[y * lineBytes + x] = (lines[y * (lineBytes + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** Most places go to what is frequent, the last ones to what would be changed most: a small icon keeps its colour. */
function chosen(colours: Uint32Array): readonly number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour);
  const palette = sorted.slice(0, FREQUENT);
  const others = sorted
    .slice(FREQUENT)
    .map((colour) => ({ colour, away: away(palette[nearest(palette, colour)] ?? 0, colour) }));
  while (palette.length < COLOURS && others.length > 0) {
    const worst = others.reduce((one, other) => (other.away > one.away ? other : one));
    palette.push(worst.colour);
    for (const other of others) other.away = Math.min(other.away, away(worst.colour, other.colour));
  }
  return palette;
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  palette.forEach((one, n) => {
    const distance = away(one, colour);
    if (distance < least) [best, least] = [n, distance];
  });
  return best;
}

/** How different two colours look, roughly. */
function away(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16);
  const green = ((one >> 8) & 255) - ((other >> 8) & 255);
  const blue = (one & 255) - (other & 255);
  return 3 * red * red + 6 * green * green + blue * blue;
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
