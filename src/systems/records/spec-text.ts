import type { RecordMapping } from './contract.ts';
import { percentDecode } from './percent-decode.ts';

/** Thrown inside the reader of short forms; {@link parseRecordsSpec} makes a coded error of it. The message holds no values. */
export class SpecFault extends Error {}

export type Parameters = ReadonlyMap<string, string>;

const mappingNames = ['id', 'repository', 'tag', 'digest', 'status'] as const;
const wordNames = ['active', 'inactive'] as const;

/** What {@link mappingOf} reads. */
export const mappingParameters: readonly string[] = [...mappingNames, ...wordNames];

/**
 * Reads `name=value&…`. Values are percent-decoded where they decode; `+` stays `+`, for queries are SQL and not forms.
 *
 * @throws SpecFault for a name that is unknown, twice, or without `=`
 */
export function readParameters(text: string, allowed: readonly string[]): Parameters {
  const parameters = new Map<string, string>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!allowed.includes(name))
      throw new SpecFault(
        `${nameForMessage(name)} is not one of its parameters, which are ${allowed.join(', ')} (write & inside a value as %26)`,
      );
    if (equals < 0) throw new SpecFault(`the parameter ${name} has no value`);
    if (parameters.has(name)) throw new SpecFault(`the parameter ${name} is there twice`);
    parameters.set(name, percentDecode(part.slice(equals + 1)));
  }
  return parameters;
}

/** A part that is no parameter may be anything, even half a password. */
function nameForMessage(name: string): string {
  return /^[a-z][a-z-]{0,30}$/.test(name) ? name : 'something in it';
}

/** The mapping among the parameters; lists of words are separated by commas. */
export function mappingOf(parameters: Parameters): { readonly mapping?: Partial<RecordMapping> } {
  const columns = mappingNames.flatMap((name) => (parameters.has(name) ? [[name, parameters.get(name)]] : []));
  const words = wordNames.flatMap((name) => {
    const list = parameters.get(name);
    return list === undefined ? [] : [[name, list.split(',').map((word) => word.trim())]];
  });
  const entries = [...columns, ...words];
  return entries.length === 0 ? {} : { mapping: Object.fromEntries(entries) as Partial<RecordMapping> };
}

/** One value under another name, if it is there: `{ ...text(parameters, 'password-file', 'passwordFile') }`. */
export function text<Key extends string>(
  parameters: Parameters,
  name: string,
  key: Key,
): { readonly [K in Key]?: string } {
  const value = parameters.get(name);
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}

/** @throws SpecFault when it is not a whole number from 0 on */
export function whole<Key extends string>(
  parameters: Parameters,
  name: string,
  key: Key,
): { readonly [K in Key]?: number } {
  const value = parameters.get(name);
  if (value === undefined) return {};
  if (!/^\d{1,9}$/.test(value)) throw new SpecFault(`the parameter ${name} is not a whole number`);
  return { [key]: Number(value) } as { readonly [K in Key]: number };
}

/** @throws SpecFault when it is none of the words */
export function oneOf<Word extends string>(
  parameters: Parameters,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const value = parameters.get(name);
  if (value === undefined) return undefined;
  const word = words.find((one) => one === value);
  if (word === undefined) throw new SpecFault(`the parameter ${name} is none of ${words.join(', ')}`);
  return word;
}
