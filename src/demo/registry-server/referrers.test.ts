import { expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import { pushImage, pushManifest, pushReferrer } from '../../../test/support/push-image.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { startRegistryServer } from './start-registry-server.ts';

async function start(referrers?: boolean) {
  const server = await startRegistryServer({
    folder: makeTempFolder('demo'),
    ...(referrers === undefined ? {} : { referrers }),
  });
  atEnd(() => server.close());
  return server.url;
}

const list = async (url: string, digest: string, query = '') => {
  const response = await fetch(`${url}/v2/app/referrers/${digest}${query}`);
  const { manifests } = (await response.json()) as { manifests: { digest: string }[] };
  return { response, manifests };
};

test('lists what names a digest as its subject, with type, size and annotations', async () => {
  const url = await start();
  const image = await pushImage(url, 'app', { tag: 'v1' });
  const sbom = await pushReferrer(url, 'app', image, { artifactType: 'application/spdx+json' });

  const { response, manifests } = await list(url, image.digest);

  expect(response.headers.get('content-type')).toBe(mediaTypes.ociIndex);
  expect(manifests).toEqual([
    { mediaType: mediaTypes.ociManifest, digest: sbom.digest, size: sbom.size, artifactType: 'application/spdx+json' },
  ]);
});

test('chooses by artifact type, and says that it did', async () => {
  const url = await start();
  const image = await pushImage(url, 'app', { tag: 'v1' });
  await pushReferrer(url, 'app', image, { artifactType: 'application/spdx+json' });
  const wanted = await pushReferrer(url, 'app', image, { artifactType: 'application/x+test', content: 'x' });

  const { response, manifests } = await list(url, image.digest, '?artifactType=application%2Fx%2Btest');

  expect(response.headers.get('oci-filters-applied')).toBe('artifactType');
  expect(manifests.map(({ digest }) => digest)).toEqual([wanted.digest]);
});

test('answers with an empty index for what nothing refers to, even for what is not there', async () => {
  const url = await start();

  const { response, manifests } = await list(url, `sha256:${'0'.repeat(64)}`);

  expect([response.status, manifests]).toEqual([200, []]);
});

test('lists a referrer until it is deleted, and one more when it comes', async () => {
  const url = await start();
  const image = await pushImage(url, 'app', { tag: 'v1' });
  const first = await pushReferrer(url, 'app', image, { content: 'first' });
  expect((await list(url, image.digest)).manifests).toHaveLength(1);

  const second = await pushReferrer(url, 'app', image, { content: 'second' });
  await fetch(`${url}/v2/app/manifests/${first.digest}`, { method: 'DELETE' });

  expect((await list(url, image.digest)).manifests.map(({ digest }) => digest)).toEqual([second.digest]);
});

test.each([
  [undefined, true],
  [false, false],
])('with the option %s it speaks the Referrers API: %s', async (option, speaks) => {
  const url = await start(option);
  const image = await pushImage(url, 'app');
  const subject = { mediaType: image.mediaType, digest: image.digest, size: image.size };
  const body = { ...(JSON.parse(Buffer.from(image.bytes).toString()) as object), subject };

  const pushed = await fetch(`${url}/v2/app/manifests/v1`, {
    method: 'PUT',
    body: JSON.stringify(body),
    headers: { 'content-type': image.mediaType },
  });
  const answer = await fetch(`${url}/v2/app/referrers/${image.digest}`);

  expect([pushed.headers.get('oci-subject'), answer.status]).toEqual(speaks ? [image.digest, 200] : [null, 404]);
});

test('takes a manifest whose subject has not come yet', async () => {
  const url = await start();
  const image = await pushImage(url, 'app');
  const absent = `sha256:${'1'.repeat(64)}`;
  const subject = { mediaType: mediaTypes.ociManifest, digest: absent, size: 1 };
  const body = { ...(JSON.parse(Buffer.from(image.bytes).toString()) as object), subject };

  const early = await pushManifest(url, 'app', body);

  expect((await list(url, absent)).manifests.map(({ digest }) => digest)).toEqual([early.digest]);
});
