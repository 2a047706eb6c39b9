import { expect, test } from 'vitest';
import type { ImageRecord } from '../grpc/containerd-services.ts';
import { pullableNames, recordsOfImage } from './records-of-image.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const record = (name: string, letter: string): ImageRecord => ({
  ...{ name, labels: {}, created_at: null, updated_at: null },
  target: { media_type: '', digest: digest(letter), size: '1' },
});
const records = [
  record('r.example:5000/shop/web:1', 'a'),
  record(digest('c'), 'a'),
  record(`r.example:5000/shop/web@${digest('a')}`, 'a'),
  record('r.example:5000/shop/web:2', 'b'),
  record('built-here', 'd'),
];

test('all names of the same image belong together', () => {
  expect(recordsOfImage(records, digest('c')).map(({ name }) => name)).toEqual(
    records.slice(0, 3).map((one) => one.name),
  );
  expect(recordsOfImage(records, 'r.example:5000/shop/web:2')).toEqual([records[3]]);
  expect(recordsOfImage(records, 'gone')).toEqual([]);
});

test('an image is pulled again by the digest of any name that has a registry', () => {
  for (const one of records.slice(0, 3))
    expect(pullableNames(records, one.name)).toEqual([`r.example:5000/shop/web@${digest('a')}`]);
  expect(pullableNames(records, 'built-here')).toEqual([]);
});
