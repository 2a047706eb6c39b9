import { readFile } from 'node:fs/promises';

/** What a process printed, as far as the service reads it. */
export interface Printed {
  /** The document as it was printed; undefined where it is none, or was too long. */
  readonly text: string | undefined;
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | undefined;
  /** Of the report of a run: whether it was stopped before its end. */
  readonly stopped: boolean;
  /** Of the report of an undo. */
  readonly undo: { readonly counts: Readonly<Record<string, number>> } | undefined;
}

const nothing: Printed = { text: undefined, error: undefined, stopped: false, undo: undefined };

/** @param cut - whether more was printed than was kept: then it is no document */
export async function readPrinted(path: string, cut: boolean): Promise<Printed> {
  if (cut) return nothing;
  const text = await readFile(path, 'utf8');
  const value = documentIn(text);
  if (value === undefined) return nothing;
  const { error, stopped, kind, counts } = value;
  return {
    text,
    error: isError(error) ? error : undefined,
    // of a fleet it says why
    stopped: stopped === true || (kind === 'FleetReport' && typeof stopped === 'string'),
    undo: kind === 'UndoReport' && isObject(counts) ? { counts: numbersIn(counts) } : undefined,
  };
}

type Json = Readonly<Record<string, unknown>>;

function documentIn(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // it was ended while it printed
    return undefined;
  }
}

function isError(value: unknown): value is NonNullable<Printed['error']> {
  return isObject(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string';
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numbersIn(counts: Json): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(counts).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
