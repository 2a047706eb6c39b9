import { parseDocument } from 'yaml';
import { messageOf } from '../../../util/pure/coded-error.ts';
import { ReadingStopped, recordsError } from '../errors.ts';
import { listIn } from '../list-in-document.ts';
import { checkFirstDocument, type ResolvedMapping } from '../mapping.ts';
import type { OpenText } from './open-text.ts';

const BATCH_ROWS = 1000;
const MIB = 1024 * 1024;
const defaultMaxBytes = { json: 256 * MIB, yaml: 32 * MIB } as const;

export interface DocumentSettings {
  readonly format: 'json' | 'yaml';
  readonly items?: string | undefined;
  readonly maxBytes?: number | undefined;
}

/** A JSON or YAML document, which is read whole before its first row. */
export async function* readDocument(
  text: OpenText,
  settings: DocumentSettings,
  mapping: ResolvedMapping,
  signal: AbortSignal,
): AsyncGenerator<readonly unknown[]> {
  const maxBytes = settings.maxBytes ?? defaultMaxBytes[settings.format];
  if (text.sizeBytes > maxBytes) {
    const message = `${text.doing}: it has ${text.sizeBytes} bytes, and ${settings.format} is read up to ${maxBytes}`;
    throw recordsError('RECORDS_TOO_LARGE', message);
  }
  let whole = '';
  for await (const piece of text.pieces(signal)) whole += piece;
  if (whole.trim() === '') throw recordsError('RECORDS_EMPTY', `${text.doing}: it holds only white space`);

  const document = settings.format === 'json' ? parseJson(whole, text.doing) : parseYaml(whole, text.doing);
  const rows = listIn(document, settings.items, text.doing);
  if (rows.length > 0) checkFirstDocument(rows[0], mapping);
  for (let from = 0; from < rows.length; from += BATCH_ROWS) {
    yield rows.slice(from, from + BATCH_ROWS);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A document that doesn't parse may be one that was cut off: no way to tell, so it is no user's mistake. */
function parseJson(text: string, doing: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ReadingStopped(`${doing}: ${messageOf(error)}`, 'Check that the file is whole JSON, or name its format.');
  }
}

/**
 * All scalars stay text as they were written, so that the tag `1.10` isn't 1.1 and the status `no` isn't false; only null is null.
 *
 * @see https://yaml.org/spec/1.2.2/#101-failsafe-schema
 */
function parseYaml(text: string, doing: string): unknown {
  const document = parseDocument(text, { schema: 'failsafe', customTags: ['null'], merge: true, logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) {
    const [start] = error.linePos ?? [];
    const where = start === undefined ? '' : `line ${start.line}, column ${start.col}: `;
    const why = (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    throw new ReadingStopped(`${doing}: ${where}${why}`, 'Check that the file is whole, valid YAML.');
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (failure) {
    if (!(failure instanceof ReferenceError)) throw failure;
    throw recordsError(
      'RECORDS_FORMAT_INVALID',
      `${doing}: ${messageOf(failure)}`,
      'Write the records without YAML aliases.',
    );
  }
}
