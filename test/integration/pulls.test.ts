import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Digest } from '../../src/oci/digest.ts';
import { openPulls, programsThatOnlyLook } from '../../src/systems/pulls/index.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import { atEnd } from '../support/at-end.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { pushImage } from '../support/push-image.ts';
import { describeReal } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const soon = () => AbortSignal.timeout(30_000);

describeReal('pulls that a docker-registry tells of', ['docker-registry'], () => {
  let registry: DockerRegistry;
  let path: string;
  let digest: Digest;

  beforeAll(async () => {
    path = join(makeTempFolder('pulls'), 'events.ndjson');
    const url = await startLogger(path);
    registry = await startDockerRegistry({
      settings: {
        notifications: { endpoints: [{ name: 'log', url, timeout: '2s', threshold: 5, backoff: '1s' }] },
      },
    });
    digest = (await pushImage(registry.url, 'team/app', { tag: 'v1' })).digest as Digest;
    await pushImage(registry.url, 'team/app', { tag: 'v2', label: 'two' });
  });

  const ask = (method: string, reference: string, userAgent: string) =>
    fetch(`${registry.url}/v2/team/app/manifests/${reference}`, {
      method,
      headers: { 'user-agent': userAgent, accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
  const read = () => openPulls({ files: [path], userAgents: programsThatOnlyLook, actors: [] }).read(soon());
  const readUntil = async (total: number) => {
    for (const deadline = Date.now() + 20_000; ; ) {
      const pulls = await read();
      if (pulls.counted + pulls.ignored >= total) return pulls;
      if (Date.now() > deadline) throw new Error(`${pulls.counted + pulls.ignored} pulls of ${total} were told`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  test('count by tag and by digest, HEAD and GET, but for those who only look, and Winnow itself', async () => {
    const beganMs = Date.now() - 1;
    await ask('HEAD', 'v1', 'containerd/1.7.2');
    await ask('GET', digest, 'cri-o/1.28');
    await ask('GET', 'v2', 'trivy/0.50.1');
    const winnow = await openRegistry({ url: registry.url }, soon());
    await winnow.manifest('team/app', 'v2', soon());
    await winnow.close();

    const { times, counted, ignored, holes } = await readUntil(4);

    expect({ counted, ignored, holes }).toEqual({ counted: 2, ignored: 2, holes: [] });
    expect(times.ofTag('team/app', 'v1')).toBeGreaterThan(beganMs);
    expect(times.ofManifest('team/app', digest)).toBeGreaterThanOrEqual(times.ofTag('team/app', 'v1') ?? 0);
    expect(times.ofTag('team/app', 'v2')).toBeUndefined();
    expect(times.knownSinceMs).toBeLessThan(times.ofTag('team/app', 'v1') ?? 0); // the pushes before
  });
});

/** Writes what it is sent into a file, a request a line: the simplest receiver that there can be. */
async function startLogger(path: string): Promise<string> {
  writeFileSync(path, '');
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      appendFileSync(path, `${JSON.stringify(JSON.parse(Buffer.concat(pieces).toString()))}\n`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
