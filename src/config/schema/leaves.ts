import * as z from 'zod';
import { parseBytes } from '../../util/pure/bytes.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { parseDuration } from '../../util/pure/duration.ts';
import { nearest } from '../nearest.ts';
import { complaint, expected } from './complaint.ts';

/*
 * The single values that settings are made of. `meta.word` is the type's name in docs/config.md; `path` among them also tells
 * the loader to make relative paths absolute.
 */

const example = (text: string) => `write it like ${text}`;

/** A rule that text has to follow besides being text. `faultOf` returns a complaint, or undefined when all is well. */
export function checkedText(word: string, like: string, faultOf: (text: string) => string | undefined) {
  const error = ({ input }: { readonly input?: unknown }) =>
    expected(
      'text',
      typeof input === 'number' || typeof input === 'boolean' ? 'put it in quotes' : example(like),
    )({ input });
  return z
    .string({ error })
    .superRefine((text, context) => {
      const fault = text.trim() === '' ? complaint('it is empty', example(like)) : faultOf(text);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .meta({ word, examples: [like], minLength: 1 });
}

/** Any text but none at all. */
export function text(like: string, word = 'text') {
  return checkedText(word, like, () => undefined);
}

/** A file or directory. `~/` is the home directory; the loader makes it absolute. */
export function path(like: string) {
  return text(like, 'path');
}

/** The name of an environment variable that holds a secret. */
export function variable(like: string) {
  return checkedText('variable', like, (name) =>
    /^[A-Za-z_]\w*$/.test(name)
      ? undefined
      : complaint('it is not the name of an environment variable', `name a variable, like ${like}`),
  );
}

export function yesNo() {
  return z.boolean({ error: expected('true or false', 'write true or false') }).meta({ word: 'true or false' });
}

/** A whole number from `min` to `max`. */
export function count(like: number, min = 0, max = 1_000_000_000) {
  const typeError = expected('a whole number', example(String(like)));
  return z
    .int({ error: (issue) => (issue.code === 'too_big' ? tooMuch(max) : typeError(issue)) })
    .min(min, { error: complaint(`it is less than ${min}`, `write a whole number from ${min} on`) })
    .max(max, { error: tooMuch(max) })
    .meta({ word: 'number', examples: [like] });
}

function tooMuch(max: number): string {
  return complaint(`it is more than ${max}`, `write a whole number up to ${max}`);
}

export function choice<const Values extends readonly [string, ...string[]]>(values: Values) {
  const list = values.join(', ');
  return z
    .enum(values, {
      error: ({ input }) => {
        const meant = typeof input === 'string' ? nearest(input, values) : undefined;
        return complaint(
          `it is none of ${list}`,
          meant === undefined ? `write one of ${list}` : `did you mean ${meant}?`,
        );
      },
    })
    .meta({ word: values.map((value) => `\`${value}\``).join(', ') });
}

/** A part of a whole: `0.5` or `50%`. */
export function share() {
  const hint = 'write a share from 0 to 1, like 0.5, or 50%';
  return z
    .union([z.number().meta({ minimum: 0, maximum: 1 }), z.string().meta({ pattern: '^\\d+(\\.\\d+)?%?$' })], {
      error: expected('a share', hint),
    })
    .transform((value, context) => {
      const read = typeof value === 'number' ? value : readShare(value);
      if (read !== undefined && read >= 0 && read <= 1) return read;
      const what = read === undefined ? 'it is not a share' : read < 0 ? 'it is less than 0' : 'it is more than 1';
      context.addIssue({ code: 'custom', message: complaint(what, hint) });
      return z.NEVER;
    })
    .meta({ word: 'share', examples: [0.5, '50%'] });
}

function readShare(text: string): number | undefined {
  const [, digits, percent] = /^(-?\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits) / (percent === '%' ? 100 : 1);
}

/** A length of time. `min` and `max` are written like the value. */
export function duration(like: string, { min = '0', max }: { readonly min?: string; readonly max?: string } = {}) {
  const hint = `write numbers with units, like ${like === '96h' ? '' : `${like}, `}96h, 1h30m or 7d`;
  const faultOf = (ms: number | undefined) => {
    if (ms === undefined) return complaint('it is not a duration', hint);
    if (ms < parseDuration(min)) return complaint(`it is less than ${min}`, `write ${min} or more`);
    if (max !== undefined && ms > parseDuration(max))
      return complaint(`it is more than ${max}`, `write ${max} or less`);
    return undefined;
  };
  return z
    .union([z.string().meta({ pattern: '^(0|(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+)$' }), z.literal(0)], {
      error: ({ input }) =>
        typeof input === 'number' ? complaint('it has no unit', hint) : expected('a duration', hint)({ input }),
    })
    .transform((value, context) => {
      const ms = readOr(() => parseDuration(String(value)));
      const fault = faultOf(ms);
      if (ms !== undefined && fault === undefined) return ms;
      context.addIssue({ code: 'custom', message: fault ?? hint });
      return z.NEVER;
    })
    .meta({ word: 'duration', examples: [like] });
}

/** How long to wait for something: Node's timers end at 24 days. */
export function timeout(like: string, min = '1ms') {
  return duration(like, { min, max: '24h' });
}

/** A number of bytes, at least one. */
export function size(like: string) {
  const hint = `write a number with a unit, like ${like === '10Gi' ? '' : `${like}, `}10Gi or 500M`;
  return z
    .union([z.string().meta({ pattern: '^\\d+(\\.\\d+)?\\s*([KMGTPkmgtp]i?B?|B)?$' }), z.number()], {
      error: expected('a size', hint),
    })
    .transform((value, context) => {
      const bytes = readOr(() => parseBytes(String(value)));
      if (bytes !== undefined && bytes > 0) return bytes;
      const what = bytes === 0 ? 'it is no byte at all' : 'it is not a size';
      context.addIssue({ code: 'custom', message: complaint(what, hint) });
      return z.NEVER;
    })
    .meta({ word: 'size', examples: [like] });
}

/** Undefined for what can't be read, and for more than a number can hold exactly. */
function readOr(read: () => number): number | undefined {
  try {
    const value = read();
    return Number.isSafeInteger(value) ? value : undefined;
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}
