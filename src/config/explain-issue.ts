import type { z } from 'zod';
import { nearest } from './nearest.ts';
import type { Path } from './problem.ts';
import { formatPath } from './problem.ts';
import { complaint, readComplaint } from './schema/complaint.ts';
import { fixedLeaves, isMap, mapFor, mapsOf, type Shape, settingsShape, shapeAt, tellingKey } from './shape.ts';

/** What the schema found wrong, at a path, in our words. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
  /** The key is wrong rather than its value. */
  readonly at?: 'key';
}

type Issue = z.core.$ZodIssue;

/**
 * Explains what zod found.
 *
 * @param value - what was checked: missing values and unknown keys are told from it.
 */
export function explainIssue(issue: Issue, value: unknown): readonly Finding[] {
  return innermost(issue).flatMap((one) => explain(one, value));
}

/** A value that may be text or a map fails as both: what counts is the one that it is. */
function innermost(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find((branch) => branch.length > 0 && !branch.some(isOfAnotherType));
  if (meant === undefined) return [issue];
  return meant.flatMap((inner) => innermost({ ...inner, path: [...issue.path, ...inner.path] }));
}

function isOfAnotherType(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function explain(issue: Issue, value: unknown): readonly Finding[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, value));
  const words = tellingWords(path, value);
  const shape = words === undefined ? shapeAt(path, value) : { examples: [words.join(' or ')] };
  const found = valueAt(value, path);
  if (path.length > 0 && found === undefined) return [{ path, ...missing(path, shape) }];
  if (found === null) {
    const hint = `give it one${likeOf(shape)}, or remove the key`;
    return [{ path, message: 'it has no value', hint }];
  }
  if (words !== undefined) return [{ path, ...readComplaint(noSuchWord(found, words)) }];
  return [{ path, ...readComplaint(issue.message) }];
}

function missing(path: Path, shape: Shape | undefined): { readonly message: string; readonly hint: string } {
  return { message: 'it is missing', hint: `add ${String(path.at(-1))}${likeOf(shape, ':')}` };
}

/** `, like 30s`, where the shape has an example. */
function likeOf(shape: Shape | undefined, separator = ', like'): string {
  const example = shape?.examples?.[0] ?? shape?.items?.examples?.[0];
  if (example === undefined) return '';
  return `${separator} ${shape?.items === undefined ? String(example) : `[${JSON.stringify(example)}]`}`;
}

/** The words of all maps at a place, where the path leads to the key that tells them apart. */
function tellingWords(path: Path, value: unknown): readonly string[] | undefined {
  const around = shapeAt(path.slice(0, -1), value);
  const key = path.at(-1);
  if (around === undefined || key === undefined || tellingKey(around) !== key) return undefined;
  return mapsOf(around).map((map) => String(map.properties?.[key]?.const));
}

function noSuchWord(found: unknown, words: readonly string[]): string {
  const meant = typeof found === 'string' ? nearest(found, words) : undefined;
  const list = words.join(', ');
  return complaint(`it is none of ${list}`, meant === undefined ? `write one of ${list}` : `did you mean ${meant}?`);
}

function unknownKey(path: Path, key: string, value: unknown): Finding {
  const around = shapeAt(path, value);
  const map = around === undefined ? undefined : mapFor(around, valueAt(value, path));
  return { path: [...path, key], at: 'key', ...wordsForKey(key, around, map) };
}

function wordsForKey(
  key: string,
  around: Shape | undefined,
  map: Shape | undefined,
): Pick<Finding, 'message' | 'hint'> {
  const known = Object.keys(map?.properties ?? {});
  const secretFile = `${key}File`;
  if (known.includes(secretFile))
    return {
      message: 'a secret does not belong in a settings file',
      hint: `write it into a file of its own, and name that in ${secretFile}`,
    };
  const owners = mapsOf(around ?? {}).filter((one) => one.properties?.[key] !== undefined);
  const telling = around === undefined ? undefined : tellingKey(around);
  if (owners.length > 0 && telling !== undefined) {
    const word = (one: Shape | undefined) => String(one?.properties?.[telling]?.const);
    return {
      message: `it is no setting where ${telling} is ${word(map)}`,
      hint: `remove it: it is one where ${telling} is ${owners.map(word).join(' or ')}`,
    };
  }
  const message = 'no setting has this name';
  const meant = nearest(key, known);
  if (meant !== undefined) return { message, hint: `did you mean ${meant}?` };
  const elsewhere = placesOf(key);
  if (elsewhere.length > 0 && elsewhere.length <= 3)
    return { message: 'no setting has this name here', hint: `did you mean ${elsewhere.join(' or ')}?` };
  if (key === '<<')
    return {
      message: 'merge keys are not supported',
      hint: 'write the settings out, or use an alias for a whole value',
    };
  return { message, hint: `known here: ${known.join(', ')}` };
}

/** Where else in the settings a key of this name stands. */
function placesOf(key: string): readonly string[] {
  const sections = Object.keys(settingsShape().properties ?? {});
  const leaves = fixedLeaves().map(({ path }) => formatPath(path));
  return [...new Set([...sections, ...leaves])].filter((path) => path === key || path.endsWith(`.${key}`));
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const part of path) {
    if (typeof part === 'number' ? !Array.isArray(here) : !isMap(here)) return undefined;
    const container = here as Readonly<Record<string | number, unknown>>;
    here = Object.hasOwn(container, part) ? container[part] : undefined;
  }
  return here;
}
