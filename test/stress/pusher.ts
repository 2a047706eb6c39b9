import { anyOf, pause } from './chance.ts';
import type { Answer } from './client.ts';
import { type Content, type Image, MANIFEST, makeImage, partsOf } from './image.ts';
import type { Workload } from './workload.ts';

const PAUSE_MS = 250;
const TAGS = 8;
/** Of pushes: how many repeat one from before. */
const AGAIN = 0.25;

/** Pushes images, one after the other, as clients do: ask first, then mount, and send only what can't be had otherwise. */
export async function pushOnAndOn(workload: Workload, name: string, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n += 1) {
    const isAgain = workload.past.length > 0 && Math.random() < AGAIN;
    const image = isAgain ? anyOf(workload.past) : makeImage(someLayers(workload), `${name}-${n}`);
    await push(workload, anyOf(workload.repositories), image);
  }
}

function someLayers({ layers }: Workload): readonly Content[] {
  return [...new Set(Array.from({ length: 2 + Math.floor(Math.random() * 3) }, () => anyOf(layers)))];
}

async function push(workload: Workload, repository: string, image: Image): Promise<void> {
  const { tally, past } = workload;
  for (const part of partsOf(image)) {
    const refused = await pushPart(workload, repository, part);
    if (refused !== undefined) return noteFailure(workload, refused);
    await pause(PAUSE_MS);
  }
  const refused = await pushManifest(workload, repository, image);
  if (refused !== undefined) return noteFailure(workload, refused);
  tally.pushes += 1;
  past.push(image);
  if (past.length > 20) past.shift();
}

/** @returns the refusal */
async function pushPart(workload: Workload, repository: string, part: Content): Promise<Answer | undefined> {
  const { client, tally, repositories } = workload;
  const head = await client.ask('HEAD', `/v2/${repository}/blobs/${part.digest}`);
  if (head.status === 200) {
    tally.reused += 1;
    return undefined;
  }
  if (head.status !== 404) return head;
  await pause(PAUSE_MS / 5);
  const from = anyOf(repositories.filter((one) => one !== repository));
  const query = Math.random() < 0.5 ? `?mount=${part.digest}&from=${encodeURIComponent(from)}` : '';
  const begun = await client.ask('POST', `/v2/${repository}/blobs/uploads/${query}`);
  if (begun.status === 201) {
    tally.mounts += 1;
    return undefined;
  }
  if (begun.status !== 202) return begun;
  await pause(PAUSE_MS / 5);
  return await upload(workload, part, String(begun.headers['location']));
}

/** In two pieces, or at once. */
async function upload({ client, tally }: Workload, part: Content, begunAt: string): Promise<Answer | undefined> {
  const type = { 'content-type': 'application/octet-stream' };
  let location = begunAt;
  let rest: Uint8Array = part.bytes;
  if (Math.random() < 0.5) {
    const half = await client.ask('PATCH', location, rest.subarray(0, rest.length / 2), type);
    if (half.status !== 202) return half;
    location = String(half.headers['location']);
    rest = rest.subarray(rest.length / 2);
    await pause(PAUSE_MS / 5);
  }
  const to = new URL(location, 'http://registry.invalid');
  to.searchParams.set('digest', part.digest);
  const done = await client.ask('PUT', to.pathname + to.search, rest, type);
  if (done.status !== 201) return done;
  tally.uploads += 1;
  return undefined;
}

async function pushManifest(workload: Workload, repository: string, image: Image): Promise<Answer | undefined> {
  const { client, live } = workload;
  const tag = `t${Math.floor(Math.random() * TAGS)}`;
  return await workload.inTurn(repository, async () => {
    const path = `/v2/${repository}/manifests/${tag}`;
    const put = await client.ask('PUT', path, image.manifest.bytes, { 'content-type': MANIFEST });
    if (put.status !== 201) return put;
    live.get(repository)?.set(image.manifest.digest, { image, tag, pushedAtMs: Date.now() });
    return undefined;
  });
}

function noteFailure({ tally: { failedPushes } }: Workload, { status, body }: Answer): void {
  const code = /"code":"(\w+)"/.exec(body?.toString('utf8') ?? '')?.[1];
  const cause = code === undefined ? String(status) : `${status} ${code}`;
  failedPushes.set(cause, (failedPushes.get(cause) ?? 0) + 1);
}
