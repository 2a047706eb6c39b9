import type { JournalLine } from './contract.ts';

const KINDS: ReadonlySet<unknown> = new Set<JournalLine['kind']>(['begin', 'intend', 'outcome', 'end', 'undone']);

/** A line as it is stored: one JSON object and a line feed. A line feed stands nowhere else: JSON escapes it. */
export function encodeLine(line: JournalLine): string {
  return `${JSON.stringify({ atMs: line.atMs, kind: line.kind, data: line.data })}\n`;
}

/** Reads a stored line, without its line feed. Undefined: it is not a journal's line. */
export function decodeLine(text: string): JournalLine | undefined {
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { atMs, kind, data } = value as Record<keyof JournalLine, unknown>;
  if (typeof atMs !== 'number' || !KINDS.has(kind)) return undefined;
  return { atMs, kind: kind as JournalLine['kind'], data };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined;
    throw failure;
  }
}
