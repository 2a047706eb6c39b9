import { type Challenge, parseChallenges } from './challenge.ts';

/** How a registry wants to be asked. */
export type WayIn =
  | { readonly scheme: 'none' }
  | { readonly scheme: 'basic'; readonly realm: string }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | undefined };

/**
 * Chooses from a `WWW-Authenticate` header, with the scope that it names (or the empty string). Bearer goes first: it takes every
 * kind of credential, and none. @returns `undefined` when nothing in it is known here
 */
export function readWayIn(header: string): { readonly wayIn: WayIn; readonly scope: string } | undefined {
  const chosen = choose(parseChallenges(header));
  if (chosen === undefined) return undefined;
  const { realm = '', service, scope = '' } = chosen.parameters;
  return {
    wayIn: chosen.scheme === 'basic' ? { scheme: 'basic', realm } : { scheme: 'bearer', realm, service },
    scope,
  };
}

function choose(challenges: readonly Challenge[]): Challenge | undefined {
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters['realm'] !== undefined);
  return bearer ?? challenges.find(({ scheme }) => scheme === 'basic');
}

/** Why {@link readWayIn} knew nothing, for a message. */
export function noWayIn(header: string): string {
  const schemes = parseChallenges(header).map(({ scheme }) => scheme.slice(0, 30));
  if (schemes.length === 0) return 'it does not say how it wants to be asked (no WWW-Authenticate)';
  return `it wants ${schemes.join(' or ')}, and only Basic and Bearer are known here`;
}
