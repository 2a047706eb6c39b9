import { join } from 'node:path';
import type { Source } from '../../../evidence/sink.ts';
import { newBreath } from '../on-disk/breath.ts';
import { diskPlace, listFolder, statFile } from '../on-disk/careful-read.ts';
import { writtenAtMs } from '../on-disk/ground.ts';
import type { OnDiskPlace } from '../on-disk/on-disk-place.ts';
import { scratchFolder } from './layout.ts';
import { walkManifests } from './references.ts';

/**
 * What lies about: uploads, which Trow forgets when it ends, and repositories whose last tag went.
 * @see StoreReader.leftovers
 */
export function trowLeftovers(place: OnDiskPlace): Source {
  return {
    name: `store ${place.name}`,
    survey: async (sink, signal) => {
      const disk = diskPlace(place.root);
      const breath = newBreath();
      const scratch = scratchFolder(place.root);
      for (const { name } of listFolder(disk, scratch) ?? []) {
        signal.throwIfAborted();
        const stats = statFile(disk, join(scratch, name));
        if (stats === undefined) continue;
        sink.exists(sink.resource('upload', place.name, name), {
          sizeBytes: stats.size,
          pushedAtMs: writtenAtMs(stats),
        });
        if (breath.isDue()) await breath.take();
      }
      for (const found of walkManifests(disk)) {
        signal.throwIfAborted();
        if (found.is === 'empty folder')
          sink.exists(sink.resource('repository', place.name, found.repository), { pushedAtMs: found.writtenAtMs });
        if (breath.isDue()) await breath.take();
      }
    },
  };
}
