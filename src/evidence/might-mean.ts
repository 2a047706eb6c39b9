import { hexOf, isDigest } from '../oci/digest.ts';

/** What a text that can't be read as a reference might mean, all of it. */
export interface MightMean {
  /** Whether a name of a repository stands in the text, on its own: no letter or digit touches it. Upper case is no difference. */
  repository(name: string): boolean;
  /** Whether a digest stands in the text, whole or by its first 7 characters or more. */
  digest(digest: string): boolean;
  /** Whether any digest might: those who have many to ask can spare it. */
  readonly namesDigests: boolean;
}

const SHORTEST_PREFIX = 7;

/** Finds too much rather than too little: what a bad reference might mean is what it keeps. */
export function mightMean(text: string): MightMean {
  const lower = text.toLowerCase();
  const runs = lower.match(/[0-9a-f]{7,}/g) ?? [];
  return {
    repository: (name) => standsIn(lower, name.toLowerCase()),
    digest: (digest) => {
      const start = isDigest(digest) ? hexOf(digest).slice(0, SHORTEST_PREFIX) : digest.toLowerCase();
      // What touches a digest may be hexadecimal, too: it need not begin where its run does.
      return runs.some((run) => run.includes(start));
    },
    namesDigests: runs.length > 0,
  };
}

function standsIn(text: string, name: string): boolean {
  if (name === '') return false;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (!isAlphanumeric(text[at - 1]) && !isAlphanumeric(text[at + name.length])) return true;
  return false;
}

function isAlphanumeric(character: string | undefined): boolean {
  return character !== undefined && /[a-z0-9]/.test(character);
}
