import type { Settings } from '../config/settings.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof levels)[number];

/** Fields of a log line, in snake case; values are plain. Credentials have no business here. */
export type LogFields = Readonly<Record<string, string | number | undefined>>;

/** What happens, for whoever reads logs: to stderr, a line at a time. Results are no log. */
export interface Log {
  debug(words: string, fields?: LogFields): void;
  info(words: string, fields?: LogFields): void;
  warn(words: string, fields?: LogFields): void;
}

/** @param say - writes one line to stderr. */
export function openLog({ level, format }: Settings['log'], nowMs: () => number, say: (line: string) => void): Log {
  const least = levels.indexOf(level);
  const at =
    (own: Level) =>
    (words: string, fields: LogFields = {}) => {
      if (levels.indexOf(own) < least) return;
      const time = new Date(nowMs()).toISOString();
      say(
        format === 'json'
          ? JSON.stringify({ time, level: own, msg: words, ...fields })
          : textLine(time, own, words, fields),
      );
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn') };
}

function textLine(time: string, level: Level, words: string, fields: LogFields): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${/^[\w.:@/-]+$/.test(String(value)) ? value : JSON.stringify(String(value))}`);
  return [time, level, words, ...pairs].join(' ');
}
