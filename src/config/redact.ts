import { redactRecordsSpec } from '../systems/records/index.ts';
import type { Shape } from './shape.ts';

const MAX_SHOWN = 80;

/** A value as the user wrote it, for messages: short, and without secrets. Undefined where it says nothing (a map, a list, nothing at all). */
export function shownValue(value: unknown, shape?: Shape): string | undefined {
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  if (shape?.secret === true) return '***';
  if (typeof value !== 'string') return String(value);
  const shown = isSpec(value, shape) ? redactRecordsSpec(value) : redactUrls(value);
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
}

/** Whether text stands where a short form of a record source may stand, and begins like one. */
function isSpec(text: string, shape: Shape | undefined): boolean {
  const mayBe = shape?.word === 'short form' || shape?.anyOf?.some(({ word }) => word === 'short form') === true;
  return mayBe && /^[a-z]+:/i.test(text);
}

/**
 * Hides passwords in addresses: in `scheme://user:password@host`, and in query parameters whose name speaks of one.
 * The user's name stays, but in `http(s)` addresses, where it may be a token. What may be a password that was not
 * percent-encoded hides all that follows it.
 */
export function redactUrls(text: string): string {
  if (!text.includes('://')) return text.replace(/\S*:\S*@/g, '***@');
  return text
    .replace(/([a-z][a-z0-9+.-]*):\/\/([^\s?#]*)(.*)/gis, (_, scheme: string, place: string, rest: string) => {
      const [shown, isWhole] = redactPlace(scheme.toLowerCase(), place, rest);
      return `${scheme}://${shown}${isWhole ? '' : rest}`;
    })
    .replace(/([?&#;][^=&#\s]*(?:pass|pwd|secret|token|key|auth)[^=&#\s]*=)[^&#\s]*/gi, '$1***');
}

function redactPlace(scheme: string, place: string, rest: string): readonly [shown: string, isWhole: boolean] {
  const at = place.lastIndexOf('@');
  if (at >= 0) {
    const user = place.slice(0, at).split(':', 1)[0] ?? '';
    const colon = place.slice(0, at).includes(':');
    const host = place.slice(at + 1);
    if (/^https?$/.test(scheme)) return [`***@${host}`, false];
    return [`${user}${colon ? ':***' : ''}@${host}`, false];
  }
  // `user:pass?word@host` is cut at its question mark: then what looks like a host and port is none.
  const authority = place.split('/', 1)[0] ?? '';
  const isHost = /^(\[[^\]]*\]|[^:]*)(:\d*)?$/.test(authority);
  return !isHost && rest.includes('@') ? ['***', true] : [place, false];
}
