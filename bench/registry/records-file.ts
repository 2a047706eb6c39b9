import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordStatuses, type World } from '../../src/demo/world/world.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';

/** Writes a world's records as CSV. @returns the file's path; it is gone with the process */
export function writeRecordsFile({ records }: World): string {
  const path = join(makeTempFolder('bench-records'), 'records.csv');
  const isActive = (status: string) => recordStatuses.active.some((word) => word === status);
  const rows = records.map(({ id, repository, tag, status }) =>
    [id, repository, tag, isActive(status) ? 'active' : 'inactive'].join(','),
  );
  writeFileSync(path, ['id,repository,tag,status', ...rows, ''].join('\n'));
  return path;
}
