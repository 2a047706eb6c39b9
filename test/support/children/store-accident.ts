import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { blobPath, layerLinkPath, storeRoot } from '../../../src/oci/distribution-layout.ts';
import { openReader } from '../../../src/systems/store/distribution-fs/reader.ts';
import { storePlace } from '../../../src/systems/store/distribution-fs/store-place.ts';
import { storeWriter } from '../../../src/systems/store/distribution-fs/writer.ts';

/*
 * node store-accident.mjs <accident> <folder>: lets something happen to a store in the folder (which is a small file system of its
 * own), tries all that is written, repairs it where it can be, tries again, and prints what came of it all.
 */
const [accident = '', folder = ''] = process.argv.slice(2);
const root = join(folder, 'store');
const layoutRoot = storeRoot(root);
const digest = `sha256:${'ab'.repeat(32)}` as const;
const data = blobPath(layoutRoot, digest);
const link = layerLinkPath(layoutRoot, 'app', digest);
const never = new AbortController().signal;
const sizeBytes = 1000;

for (const path of [data, link]) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x'.repeat(sizeBytes));
}
const repair = happen();
const broken = await tryAll();
repair();
const repaired = await tryAll();
process.stdout.write(JSON.stringify({ broken, repaired }));

/** @returns how to repair it */
function happen(): () => void {
  switch (accident) {
    case 'full': {
      const ballast = join(folder, 'ballast');
      fill(ballast);
      return () => rmSync(ballast);
    }
    case 'read-only':
      mount('-o', 'remount,ro', folder);
      return () => mount('-o', 'remount,rw', folder);
    case 'forbidden':
      for (const path of [root, dirname(data), dirname(link)]) chmodSync(path, 0o555);
      if (process.getuid?.() === 0) process.seteuid?.(65534);
      return () => {
        process.seteuid?.(0);
        for (const path of [root, dirname(data), dirname(link)]) chmodSync(path, 0o755);
      };
    case 'other-file-system': {
      mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dirname(dirname(data)));
      mkdirSync(dirname(data));
      writeFileSync(data, 'x'.repeat(sizeBytes));
      return () => execFileSync('umount', [dirname(dirname(data))]);
    }
    case 'same-file-system-mounted-twice':
      mount('--bind', dirname(dirname(data)), dirname(dirname(data)));
      return () => execFileSync('umount', [dirname(dirname(data))]);
    default:
      throw new Error(`no such accident: ${accident}`);
  }
}

function mount(...args: readonly string[]): void {
  execFileSync('mount', args);
}

/** Until not a byte more goes in. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const piece of [65_536, 4096, 1]) for (let isRoom = true; isRoom; ) isRoom = wrote(file, piece);
  } finally {
    closeSync(file);
  }
}

function wrote(file: number, bytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(bytes)) > 0;
  } catch (failure) {
    if ((failure as { code?: string }).code === 'ENOSPC') return false;
    throw failure;
  }
}

async function tryAll(): Promise<Readonly<Record<string, unknown>>> {
  const writer = storeWriter({ root, layoutRoot, name: 'store' });
  const nowMs = Date.now() + 60_000;
  return {
    clock: await told(async () => typeof (await writer.clockMs(never))),
    lock: await told(async () => (await writer.lock('run', never)).release().then(() => 'released')),
    note: await told(() => writer.noteUnlinked('run', [digest], 1).then(() => 'noted')),
    hide: await told(async () => (await writer.hide('run', [{ digest, sizeBytes, notNewerThanMs: nowMs }]))[0]),
    isInPlace: existsSync(data) && statSync(data).size === sizeBytes,
    walk: await told(walk),
    unlink: await told(() => writer.unlink('app', digest, nowMs)),
  };
}

async function walk(): Promise<string> {
  const reader = openReader(storePlace(root));
  for await (const one of reader.revisionsSince(0, never)) throw new Error(`there is no ${one.digest}`);
  return 'walked';
}

async function told(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (failure) {
    const { code, message, hint } = failure as { code?: string; message: string; hint?: string };
    return { code, message, hint };
  }
}
