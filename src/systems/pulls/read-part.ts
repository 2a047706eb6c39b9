import type { RawLine } from '../../util/raw-lines.ts';
import { eventsIn, type RegistryEvent } from './events.ts';
import type { LogPart } from './known-since.ts';

/** A document that is not one line a piece is read whole, up to this. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** Collects what is known of a part while it is read. */
export interface PartReading {
  readonly part: LogPart;
  /** Where its first hole is, for people. */
  readonly holeAtLine?: number;
}

/**
 * Reads one part of a log: JSON with an envelope or an event a line, or one document over many lines.
 *
 * @returns undefined when nothing in it is an event, though something is in it
 */
export async function readPart(
  lines: AsyncIterable<RawLine>,
  onEvent: (event: RegistryEvent) => void,
): Promise<PartReading | undefined> {
  const part: { -readonly [Field in keyof LogPart]: LogPart[Field] } = { hasHole: false, isTorn: false };
  const whole: Buffer[] = [];
  let wholeBytes = 0;
  let line = 0;
  let holeAtLine: number | undefined;
  for await (const { bytes, ended } of lines) {
    line += 1;
    const text = bytes.toString('utf8').trim();
    if (text === '') continue;
    const events = eventsOf(text);
    if (part.firstMs === undefined && wholeBytes <= MAX_DOCUMENT_BYTES) {
      whole.push(bytes);
      wholeBytes += bytes.length;
    }
    if (events !== undefined) for (const event of events) note(event);
    else if (ended) startHole();
    else part.isTorn = true;
  }
  if (part.firstMs === undefined && whole.length > 0) return readWhole();
  return { part, ...(holeAtLine !== undefined && { holeAtLine }) };

  function note(event: RegistryEvent): void {
    part.firstMs = Math.min(part.firstMs ?? event.atMs, event.atMs);
    part.lastMs = Math.max(part.lastMs ?? event.atMs, event.atMs);
    if (part.hasHole) part.afterHoleMs ??= event.atMs;
    onEvent(event);
  }

  function startHole(): void {
    part.hasHole = true;
    delete part.afterHoleMs;
    holeAtLine ??= line;
  }

  function readWhole(): PartReading | undefined {
    const events = wholeBytes > MAX_DOCUMENT_BYTES ? undefined : eventsOf(Buffer.concat(whole).toString('utf8'));
    if (events === undefined) return undefined;
    Object.assign(part, { hasHole: false, isTorn: false });
    for (const event of events) note(event);
    return { part };
  }
}

function eventsOf(text: string): readonly RegistryEvent[] | undefined {
  try {
    return eventsIn(JSON.parse(text));
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined;
    throw failure;
  }
}
