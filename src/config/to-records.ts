import { parseRecordsSpec, type RecordsSettings, redactRecordsSpec } from '../systems/records/index.ts';
import { redactUrls } from './redact.ts';
import type { RecordInput, RecordMapInput } from './schema/records.ts';
import type { RecordsChoice } from './settings.ts';
import { sourceNames } from './source-names.ts';

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
      return { name, maxDropShare, shown: redactRecordsSpec(record), source };
    }
    return {
      name,
      maxDropShare: record.maxDropShare ?? maxDropShare,
      shown: shownAs(record),
      source: toSource(record),
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

function shownAs(record: RecordMapInput): string {
  switch (record.from) {
    case 'file':
    case 'sqlite':
      return `${record.from}:${record.path}`;
    case 'postgres':
    case 'http':
      return redactUrls(record.url);
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
