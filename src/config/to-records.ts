import { isDeepStrictEqual } from 'node:util';
import { parseRecordsSpec, type RecordsSettings, redactRecordsSpec } from '../systems/records/index.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { redactUrls } from './redact.ts';
import type { RecordInput, RecordMapInput } from './schema/records.ts';
import type { RecordsChoice } from './settings.ts';
import { countedAs, sourceNames } from './source-names.ts';

/** Makes a path that the record source at `index` names absolute. */
export type PathsFrom = (index: number, path: string) => string;

export function toRecords(
  records: readonly RecordInput[],
  maxDropShare: number,
  pathsFrom: PathsFrom,
): readonly RecordsChoice[] {
  const names = sourceNames(records);
  return records.map((record, index) => {
    const name = names[index] ?? 'records';
    if (typeof record === 'string') {
      const source = withPaths(parseRecordsSpec(record), (path) => pathsFrom(index, path));
      return { name, countedAs: countedAs(record, source), maxDropShare, shown: redactRecordsSpec(record), source };
    }
    const source = toSource(record);
    return {
      name,
      countedAs: countedAs(record, source),
      maxDropShare: record.maxDropShare ?? maxDropShare,
      shown: shownAs(record, source),
      source,
    };
  });
}

/** Paths in maps are absolute already. */
function withPaths(source: RecordsSettings, absolute: (path: string) => string): RecordsSettings {
  const keys = ['path', 'caFile', 'passwordFile', 'tokenFile', 'socketFolder'];
  const entries = Object.entries(source).map(([key, value]) =>
    keys.includes(key) && typeof value === 'string' ? [key, absolute(value)] : [key, value],
  );
  return Object.fromEntries(entries) as RecordsSettings;
}

/** A map can say more than a short form can: then the words behind it tell, and nobody takes it for the whole. */
function shownAs(record: RecordMapInput, source: RecordsSettings): string {
  const shown = 'path' in record ? `${record.from}:${record.path}` : redactUrls(record.url);
  return saysAll(shown, source) ? shown : `${shown} (${MORE_IN_SETTINGS})`;
}

/** Stands behind a source whose settings file says more of it than its short form. */
export const MORE_IN_SETTINGS = 'and more in the settings file';

function saysAll(shown: string, source: RecordsSettings): boolean {
  try {
    return isDeepStrictEqual(parseRecordsSpec(shown), source);
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}

function toSource(record: RecordMapInput): RecordsSettings {
  const mapping = mappingOf(record);
  switch (record.from) {
    case 'postgres': {
      const { url, query, passwordFile, passwordEnv, socketFolder, sslMode, certificateAuthority: caFile } = record;
      const { connectTimeout: connectTimeoutMs, timeout: statementTimeoutMs } = record;
      const times = { connectTimeoutMs, statementTimeoutMs };
      return {
        kind: 'postgres',
        url,
        query,
        ...given({ passwordFile, passwordEnv, socketFolder, sslMode, caFile, ...times }),
        ...mapping,
      };
    }
    case 'sqlite': {
      const { path, query, timeout: busyTimeoutMs } = record;
      return { kind: 'sqlite', path, query, ...given({ busyTimeoutMs }), ...mapping };
    }
    case 'file': {
      const { path, format, items, maxSize: maxBytes } = record;
      return { kind: 'file', path, ...given({ format, items, maxBytes }), ...mapping };
    }
    case 'http': {
      const { url, username, passwordFile, passwordEnv, tokenFile, tokenEnv, tokenHeader, items, total, paging } =
        record;
      const { certificateAuthority: caFile, timeout: timeoutMs, retries, maxPageSize: maxPageBytes, maxPages } = record;
      const secrets = { username, passwordFile, passwordEnv, tokenFile, tokenEnv, tokenHeader };
      const reading = { caFile, items, total, paging, timeoutMs, retries, maxPageBytes, maxPages };
      return { kind: 'http', url, ...given(secrets), ...given(reading), ...mapping };
    }
  }
}

function mappingOf({ columns, active, inactive }: RecordMapInput): Pick<RecordsSettings, 'mapping'> {
  const mapping = { ...columns, ...given({ active, inactive }) };
  return Object.keys(mapping).length === 0 ? {} : { mapping };
}

/** Only what is there: an absent setting is another thing than one that is undefined. */
function given<Values extends object>(
  values: Values,
): { readonly [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { readonly [Key in keyof Values]?: Exclude<Values[Key], undefined> };
}
