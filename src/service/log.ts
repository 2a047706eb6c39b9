/** Fields of a log line, in snake case; values are plain. Credentials have no business here. */
export type LogFields = Readonly<Record<string, string | number | undefined>>;

/** What happens, for whoever reads logs: a line at a time. */
export interface Log {
  debug(words: string, fields?: LogFields): void;
  info(words: string, fields?: LogFields): void;
  warn(words: string, fields?: LogFields): void;
}
