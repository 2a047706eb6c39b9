import { readFile, statfs } from 'node:fs/promises';
import type { Check } from '../../report/checks.ts';
import type { ImageDisk } from '../../systems/runtime/contract.ts';

/** The kubelet begins to remove images here, where it is not told otherwise. */
const USUAL_HIGH_PERCENT = 85;
/** By so much the kubelet's reading may differ from that of df before it is worth a word. */
const SMALL_DIFFERENCE = 5;

/** How full the disk of the images is, as the kubelet and as df count it: blocks that are reserved for root make the difference. */
export async function diskCheck({ path, space, unseen }: ImageDisk): Promise<Check> {
  const name = `disk ${path}`;
  if (space === undefined)
    return {
      ...{ name, status: 'warn', finding: `it can't be measured from here: ${unseen ?? 'not visible'}` },
      hint: 'mount it into the pod at the same path, read-only',
    };
  const { blocks, bfree, bavail } = await statfs(path);
  return { name, ...fullness({ blocks, bfree, bavail }) };
}

/** @param disk - as statfs tells, in blocks. */
export function fullness({
  blocks,
  bfree,
  bavail,
}: {
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
}): Omit<Check, 'name'> {
  const kubelet = blocks === 0 ? 0 : Math.round(100 - (bavail * 100) / blocks);
  const used = blocks - bfree;
  const df = used + bavail === 0 ? 0 : Math.round((used * 100) / (used + bavail));
  const finding = `${kubelet} % used as the kubelet counts, ${df} % as df does`;
  if (Math.abs(kubelet - df) >= SMALL_DIFFERENCE)
    return {
      ...{ status: 'warn', finding },
      hint: 'blocks reserved for root count as used for the kubelet, and for watermarks: set thresholds by its reading',
    };
  if (kubelet >= USUAL_HIGH_PERCENT)
    return { ...{ status: 'warn', finding }, hint: 'the kubelet is removing images already: see `winnow node-gc`' };
  return { status: 'ok', finding };
}

/** A socket's file that is mounted by itself is the old one after the runtime was restarted. */
export async function mountedSocket(socket: string): Promise<Check> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  return socketMount(socket, mounts);
}

/** @param mounts - text of `/proc/self/mountinfo`: the fifth field is where something is mounted. */
export function socketMount(socket: string, mounts: string): Check {
  const name = 'runtime: socket';
  const isMounted = mounts.split('\n').some((line) => line.split(' ')[4] === socket);
  if (!isMounted) return { name, status: 'ok', finding: socket };
  return {
    ...{ name, status: 'warn', finding: `${socket} is mounted as a file: it goes stale when the runtime is restarted` },
    hint: 'mount the folder of the socket in place of the file',
  };
}
