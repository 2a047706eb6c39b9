import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { label, snapshotPlaceContract, textAt } from '../contract.suite.ts';
import { filePlace } from './index.ts';

const soon = () => AbortSignal.timeout(10_000);
const fresh = (name = 'prod.ndjson') => join(makeTempFolder('place'), name);

snapshotPlaceContract('a file', async () => filePlace(fresh()));
snapshotPlaceContract('a file with gzip', async () => filePlace(fresh('prod.ndjson.gz')));

describe('a snapshot in a file', () => {
  test('is for its owner alone when it is new, and keeps the rights that somebody gave it', async () => {
    const path = fresh();

    await filePlace(path).write(['one\n'], label, soon());
    expect(statSync(path).mode & 0o777).toBe(0o600);

    chmodSync(path, 0o644);
    await filePlace(path).write(['two\n'], label, soon());
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  test('leaves nothing else behind, written or not', async () => {
    const path = fresh();
    const folder = join(path, '..');
    await filePlace(path).write(['one\n'], label, soon());
    mkdirSync(join(folder, 'taken'));

    await expect(filePlace(join(folder, 'taken')).write(['x\n'], label, soon())).rejects.toMatchObject({
      code: 'SNAPSHOT_UNWRITABLE',
    });

    expect(readdirSync(folder).sort()).toEqual(['prod.ndjson', 'taken']);
  });

  test('is packed where its name says so, and read whatever its name says', async () => {
    const packed = fresh('a.gz');
    await filePlace(packed).write(['one\n'], label, soon());
    expect([...readFileSync(packed).subarray(0, 2)]).toEqual([0x1f, 0x8b]);

    const misnamed = fresh('a.ndjson');
    writeFileSync(misnamed, gzipSync('two\n'));
    expect(await textAt(filePlace(misnamed))).toBe('two\n');
  });

  test('whose packing ends too soon is no whole snapshot', async () => {
    const path = fresh('a.gz');
    writeFileSync(path, gzipSync('one\n'.repeat(1000)).subarray(0, 20));

    await expect(textAt(filePlace(path))).rejects.toMatchObject({ code: 'SNAPSHOT_CHANGED' });
  });

  test('that can not be read or written says which, and why', async () => {
    const folder = makeTempFolder('place');
    const absent = join(folder, 'absent', 'prod.ndjson');

    await expect(textAt(filePlace(folder))).rejects.toMatchObject({
      code: 'SNAPSHOT_UNREADABLE',
      message: `reading the snapshot ${folder}: it is a directory`,
    });
    await expect(filePlace(absent).write(['x'], label, soon())).rejects.toMatchObject({
      code: 'SNAPSHOT_UNWRITABLE',
      message: `writing the snapshot ${absent}: no such file or directory`,
    });
    expect(await filePlace(absent).read(soon())).toBeUndefined();
  });
});
