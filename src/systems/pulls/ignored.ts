import type { IgnoredPullers } from './contract.ts';

/**
 * Programs that read images and run none: their pulls say nothing of use. Beginnings of words in their user agents. A name that is missing
 * here keeps too much; one too many would let go of what is in use, so programs that fetch images for people or nodes are not among them.
 */
export const programsThatOnlyLook: readonly string[] = [
  // scanners
  'trivy',
  'clair',
  'claircore',
  'grype',
  'syft',
  'anchore',
  // copies from registry to registry
  'skopeo',
  'regclient/regsync',
  'regsync',
  'harbor-registry-client',
  'oc-mirror',
  // what looks for new versions
  'renovate',
];

/** Reads every manifest itself: its own looks never count, whatever the settings say. */
const OURSELVES = 'winnow';

/** Whether a pull counts for nothing. */
export function ignoring({ userAgents, actors }: IgnoredPullers): (userAgent: string, actor: string) => boolean {
  const parts = [OURSELVES, ...userAgents].filter((one) => one !== '').map((one) => one.toLowerCase());
  const names = new Set(actors.map((one) => one.toLowerCase()));
  const known = new Map<string, boolean>();
  return (userAgent, actor) => {
    if (actor !== '' && names.has(actor.toLowerCase())) return true;
    let isIgnored = known.get(userAgent);
    if (isIgnored === undefined) {
      isIgnored = parts.some((part) => beginsAWord(userAgent.toLowerCase(), part));
      known.set(userAgent, isIgnored);
    }
    return isIgnored;
  };
}

function beginsAWord(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1))
    if (at === 0 || !/[a-z0-9]/.test(text.charAt(at - 1))) return true;
  return false;
}
