/** A version as semver 2.0 has it. Numbers stay text, of any length. */
export interface Version {
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  /** Identifiers of a prerelease; empty for a release. */
  readonly prerelease: readonly string[];
}

const NUMBER = '0|[1-9]\\d*';
const IDENTIFIER = `(?:${NUMBER}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
// Tags can't hold the `+` of build metadata; builders write `_` or nothing for it, and neither is part of a version.
const VERSION = new RegExp(`^v?(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?$`);

/**
 * Reads a tag as a version, with or without a leading `v`: `v1.2.3`, `1.2.3-rc.1`. Undefined for all else: `1.2`, `latest`, `1.02.3`.
 *
 * @see https://semver.org/spec/v2.0.0.html
 */
export function parseVersion(tag: string): Version | undefined {
  const [, major, minor, patch, prerelease] = VERSION.exec(tag) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  return { major, minor, patch, prerelease: prerelease === undefined ? [] : prerelease.split('.') };
}

/** Precedence: positive where `a` is the higher. A prerelease is lower than its release. */
export function compareVersions(a: Version, b: Version): number {
  return (
    compareNumbers(a.major, b.major) ||
    compareNumbers(a.minor, b.minor) ||
    compareNumbers(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [n, left] of a.entries()) {
    const right = b[n];
    if (right === undefined) return 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers by their value and below words; words by their characters' codes. */
function compareIdentifiers(a: string, b: string): number {
  const [isNumber, otherIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber && otherIsNumber) return compareNumbers(a, b);
  if (isNumber !== otherIsNumber) return isNumber ? -1 : 1;
  return compareText(a, b);
}

/** Without leading zeros, a longer number is the larger. */
function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
