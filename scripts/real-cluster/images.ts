import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWinnowImage, openBuildah } from '../../test/support/container-image.ts';
import { busyboxLayer, pushRunnable } from '../../test/support/runnable-image.ts';

/* Pushes the sandbox image, and Winnow's own as this folder makes it: images.ts HOST:PORT. */

const [registry = ''] = process.argv.slice(2);
await pushRunnable(`http://${registry}`, 'pause', { tag: '1', layers: [busyboxLayer()] });

const folder = mkdtempSync(join(tmpdir(), 'winnow-images-'));
try {
  const buildah = openBuildah(folder);
  buildWinnowImage(buildah, folder, 'localhost/winnow:real', '0.1.0');
  const quiet = ['--quiet', '--tls-verify=false', '--signature-policy', buildah.policy];
  buildah.run('push', ...quiet, 'localhost/winnow:real', `docker://${registry}/winnow:real`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
