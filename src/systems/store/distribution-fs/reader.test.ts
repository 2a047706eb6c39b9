import { buildStore } from '../../../../test/support/store-world/index.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { storeReadingContract } from '../contract.suite.ts';
import { openReader } from './reader.ts';
import { storePlace } from './store-place.ts';

storeReadingContract('Distribution in a folder', async (world, damage) => {
  const built = buildStore(makeTempFolder('store'), world);
  damage?.(built);
  return { built, store: openReader(storePlace(built.folder)) };
});
