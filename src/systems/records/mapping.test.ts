import { describe, expect, test } from 'vitest';
import { checkColumns, checkFirstDocument, resolveMapping } from './mapping.ts';

const missing = expect.objectContaining({ code: 'RECORDS_COLUMN_MISSING' });
const invalid = expect.objectContaining({ code: 'RECORDS_MAPPING_INVALID' });

describe('a mapping', () => {
  test('has the usual columns and words unless it is told others', () => {
    const mapping = resolveMapping();
    expect(mapping.columns).toEqual({
      id: 'id',
      repository: 'repository',
      tag: 'tag',
      digest: 'digest',
      status: 'status',
    });
    expect([...mapping.active]).toEqual(['active', 'running', 'open', 'pending', 'in_progress', 'live']);
    expect(mapping.inactive.has('superseded')).toBe(true);
  });

  test('gives a word to the list that names it, against the default of the other', () => {
    const mapping = resolveMapping({ active: ['finished'] });
    expect(mapping.inactive.has('finished')).toBe(false);
    expect(mapping.inactive.has('failed')).toBe(true);
    expect(mapping.active.has('running')).toBe(false);
  });

  test('does not take one word for both, nor an empty one', () => {
    expect(() => resolveMapping({ active: ['x '], inactive: ['x'] })).toThrow(invalid);
    expect(() => resolveMapping({ active: [''] })).toThrow(invalid);
    expect(() => resolveMapping({ status: '' })).toThrow(invalid);
  });
});

describe('the columns of a result', () => {
  test.each([
    [['id', 'status'], {}],
    [['repository', 'tag', 'status'], {}],
    [['repository', 'digest', 'status', 'other', 'other'], {}],
    [['key', 'state'], { id: 'key', status: 'state' }],
    [['id', 'tag', 'status'], { tag: '' }],
  ])('%j are enough for %j', (names, mapping) => {
    expect(() => checkColumns(names, resolveMapping(mapping))).not.toThrow();
  });

  test.each([
    ['no status', ['id'], {}],
    ['a status of other case', ['id', 'Status'], {}],
    ['nothing that names a record', ['status', 'repository'], {}],
    ['a tag without a repository', ['id', 'status', 'tag'], {}],
    ['no id but a tag that is not to be read', ['repository', 'tag', 'status'], { tag: '' }],
    ['not the column that the mapping names', ['id', 'tag', 'repository', 'status'], { tag: 'version' }],
    ['two columns of one name', ['id', 'status', 'status'], {}],
    ['none', [], {}],
  ])('are refused when there is: %s', (_, names, mapping) => {
    expect(() => checkColumns(names, resolveMapping(mapping))).toThrow(missing);
  });
});

describe('the first of a list of documents', () => {
  test.each([
    [{ id: 1, status: null }, {}],
    [
      { image: { name: 'a', digest: 'b' }, status: 'x' },
      { repository: 'image.name', tag: 'image.tag', digest: 'image.digest' },
    ],
  ])('%j is enough for %j', (row, mapping) => {
    expect(() => checkFirstDocument(row, resolveMapping(mapping))).not.toThrow();
  });

  test.each([
    ['no status', { id: 1 }, {}],
    ['not the id that the mapping names', { repository: 'a', tag: 'b', status: 'c' }, { id: 'key' }],
    ['neither of tag and digest', { id: 1, repository: 'a', status: 'c' }, { tag: 't', digest: 'd' }],
    ['no fields', 'text', {}],
    ['a tag without a repository', { id: 1, tag: 'v1', status: 'x' }, {}],
  ])('is refused when there is: %s', (_, row, mapping) => {
    expect(() => checkFirstDocument(row, resolveMapping(mapping))).toThrow(missing);
  });
});
