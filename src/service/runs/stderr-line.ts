/** What a run says while it goes on: a line of its stderr. */
export type StderrLine =
  | {
      readonly kind: 'progress';
      readonly title: string;
      readonly done: number;
      readonly total?: number;
      readonly words: string;
    }
  | {
      readonly kind: 'log';
      readonly level: string;
      readonly words: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  /** Warnings and errors, as people read them. */
  | { readonly kind: 'words'; readonly words: string };

const MOST_CHARACTERS = 2000;

/** @returns undefined for what says nothing */
export function readStderrLine(line: string): StderrLine | undefined {
  const text = line.trimEnd();
  if (text.trim() === '') return undefined;
  const value = objectIn(text);
  if (value === undefined) return { kind: 'words', words: capped(text) };
  const { progress, msg, level, time: _, ...fields } = value;
  if (isObject(progress) && typeof progress['title'] === 'string' && typeof progress['done'] === 'number') {
    const { title, done, total, words } = progress;
    return {
      kind: 'progress',
      ...{ title: capped(title), done, words: capped(typeof words === 'string' ? words : '') },
      ...(typeof total === 'number' ? { total } : {}),
    };
  }
  if (typeof msg === 'string' && typeof level === 'string') return { kind: 'log', level, words: capped(msg), fields };
  return { kind: 'words', words: capped(text) };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function capped(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
