import { isDigest } from '../../../src/oci/digest.ts';
import { storeRoot } from '../../../src/oci/distribution-layout.ts';
import { storeWriter } from '../../../src/systems/store/distribution-fs/writer.ts';

/* node hide-and-restore.mjs <root> <size in bytes> <digest>…: hides and brings back these blobs until it is killed. */
const [root = '', size = '', ...digests] = process.argv.slice(2);
const writer = storeWriter({ root, layoutRoot: storeRoot(root), name: 'store' });
const blobs = digests.filter(isDigest);
const sizeBytes = Number(size);

process.stdout.write('begun\n');
for (;;) {
  await writer.hide(
    'run',
    blobs.map((digest) => ({ digest, sizeBytes, notNewerThanMs: Date.now() })),
  );
  await writer.restore(blobs.map((digest) => ({ digest, state: 'hidden', runId: 'run', sinceMs: 0, sizeBytes })));
}
