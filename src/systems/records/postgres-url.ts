import { readUrl } from '../../util/pure/read-url.ts';
/**
 * Reads `postgres://user:password@host:port/database`, in which everything may be missing but the scheme.
 *
 * @returns undefined when it is none. `postgres://user@/database` gets the host `localhost`, as URLs with a user must have one.
 */
export function parsePostgresUrl(text: string): URL | undefined {
  const withHost = text.replace(/@(?=\/|$)/, '@localhost');
  if (!/^postgres(?:ql)?:\/\//i.test(withHost) || readUrl(withHost) === undefined) return undefined;
  return new URL(withHost);
}
