import { templateFault, templateNames } from '../../policy/tag-records.ts';
import { nearest } from '../nearest.ts';
import { sourceNames } from '../source-names.ts';
import type { Check, CheckFinding } from './parts.ts';

/** Names of sources are theirs alone: what is remembered between runs hangs on them. */
export const sourceNamesUnique: Check = ({ records }) => {
  const named = records.flatMap(({ index, value }) =>
    typeof value === 'string' || value.name === undefined ? [] : [{ index, name: value.name }],
  );
  return named.flatMap(({ index, name }) => {
    const first = named.find((one) => one.index < index && one.name === name);
    if (first === undefined) return [];
    const message = `records[${first.index}] has this name, too`;
    return [
      { severity: 'error', path: ['records', index, 'name'], message, hint: 'give each source a name of its own' },
    ];
  });
};

/** A status word means one thing. */
export const statusWords: Check = ({ records }) =>
  records.flatMap(({ index, value }) => {
    if (typeof value === 'string') return [];
    return (value.inactive ?? []).flatMap((word, n): readonly CheckFinding[] => {
      if (value.active?.includes(word) !== true) return [];
      const message = 'it is among the active words of this source, too';
      return [
        {
          severity: 'error',
          path: ['records', index, 'inactive', n],
          message,
          hint: 'give each word to one of the two lists',
        },
      ];
    });
  });

/** Records that name neither tags nor digests need a way to them. */
export const wayToTags: Check = ({ records, tagRecords }) => {
  const names = sourceNames(records.map(({ value }) => value));
  return records.flatMap(({ index, value }, n): readonly CheckFinding[] => {
    if (typeof value === 'string' || value.columns?.id === undefined) return [];
    const { repository, tag, digest } = value.columns;
    if (repository !== undefined || tag !== undefined || digest !== undefined) return [];
    if (tagRecords.some((rule) => rule.value.source === undefined || rule.value.source === names[n])) return [];
    return [
      {
        severity: 'error',
        path: ['records', index, 'columns'],
        message: 'it says which column is the id, and neither it nor tagRecords says which tags a record owns',
        hint: 'name columns.repository and columns.tag (or columns.digest), or add a pattern to tagRecords',
      },
    ];
  });
};

/** Short forms in a file are read by all who may read the file. */
export const secretsInShortForms: Check = ({ records }, { giverOf }) =>
  records.flatMap(({ index, value }): readonly CheckFinding[] => {
    if (typeof value !== 'string' || giverOf(['records', index]).from !== 'file') return [];
    if (!/^https?:\/\/[^/?#]*@/i.test(value)) return [];
    return [
      {
        severity: 'error',
        path: ['records', index],
        message: 'it has a user name or password in it',
        hint: 'write the source as a map: from: http, url, username and passwordFile',
      },
    ];
  });

/** Templates use their pattern's groups, sources exist. */
export const tagRecordRules: Check = ({ records, recordCount, tagRecords }) => {
  const names = sourceNames(records.map(({ value }) => value));
  return tagRecords.flatMap(({ index, value }): readonly CheckFinding[] => {
    const found: CheckFinding[] = [];
    const complain = (key: string, message: string, hint: string, severity: 'error' | 'warning' = 'error') =>
      found.push({ severity, path: ['tagRecords', index, key], message, hint });

    const fault = templateFault(value);
    const usable = templateNames(value.pattern).map((name) => `{${name}}`);
    if (fault !== undefined) complain('record', fault, `use ${usable.join(', ')}`);
    if (value.source !== undefined && !names.includes(value.source)) {
      // A source that is malformed may have the name.
      const isSure = records.length === recordCount;
      const meant = nearest(value.source, names);
      const hint = meant === undefined ? `write one of ${names.join(', ')}` : `did you mean ${meant}?`;
      if (isSure)
        complain(
          'source',
          'no source of records has this name',
          names.length === 0 ? 'add the source to records' : hint,
        );
    } else if (recordCount === 0)
      complain('record', 'there is no source of records', 'add one to records, or with --records', 'warning');
    return found;
  });
};
