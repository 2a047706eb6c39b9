import { readUrl } from '../../util/pure/read-url.ts';
import { parsePostgresUrl } from './postgres-url.ts';

/** Parameters whose values are secrets, in the query or behind `#`. Names of files and variables are none. */
const SECRET_PARAMETER = /([?&#][^=&#]*(?:token|key|secret|password|signature|auth)[^=&#]*=)[^&#]*/gi;
const HARMLESS = /^[?&#](?:token|password)-(?:file|env|header)=/i;

/**
 * A short form as plans and messages may show it: with `***` in place of a password in the address and of parameters that
 * look like secrets. What can't be read for sure is shown as its scheme alone.
 */
export function redactRecordsSpec(spec: string): string {
  const scheme = /^[a-z]+(?=:)/i.exec(spec)?.[0];
  if (scheme === undefined) return '…';
  if (/^(?:file|sqlite)$/i.test(scheme)) return spec;
  const [, authority, rest] = /^[a-z]+:\/\/([^/?#]*)([\s\S]*)$/i.exec(spec) ?? [];
  // An @ behind the authority's end may be the end of a password with a bare / ? or #.
  if (authority === undefined || rest === undefined || rest.includes('@') || !isUrl(spec)) return `${scheme}://…`;
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at).replace(/:[\s\S]*$/, ':***');
  const host = at < 0 ? authority : authority.slice(at);
  const shown = rest.replace(SECRET_PARAMETER, (all, name: string) => (HARMLESS.test(name) ? all : `${name}***`));
  return `${scheme}://${user}${host}${shown}`;
}

function isUrl(spec: string): boolean {
  return readUrl(spec) !== undefined || parsePostgresUrl(spec) !== undefined;
}
