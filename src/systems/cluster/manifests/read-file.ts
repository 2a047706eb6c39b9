import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { rawLines } from '../../../util/raw-lines.ts';
import { readJson } from './read-json.ts';
import { readYaml } from './read-yaml.ts';
import type { SideBySide } from './side-by-side.ts';

const CHUNK_BYTES = 1 << 20;
const HEAD_BYTES = 1024;

/** Ends of names of files that are read. */
export const extensions = ['.yaml', '.yml', '.json'] as const;

export function isReadable(path: string): boolean {
  return (extensions as readonly string[]).includes(extname(path).toLowerCase());
}

/**
 * Reads the objects in a file, whatever its size.
 *
 * @param isEnough - it is left off when this says so
 * @throws CLUSTER_OBJECT_MALFORMED, or what the file system says
 */
export async function readObjects(
  path: string,
  takers: SideBySide,
  signal: AbortSignal,
  isEnough: () => boolean = () => false,
): Promise<void> {
  async function* chunks(): AsyncGenerator<Buffer> {
    const stream = createReadStream(path, { highWaterMark: CHUNK_BYTES, signal });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      yield chunk;
      if (isEnough()) return;
    }
  }
  async function* lines(): AsyncGenerator<string> {
    for await (const { bytes, ended } of rawLines(path)) {
      signal.throwIfAborted();
      yield bytes.toString('utf8', 0, ended ? bytes.length - 1 : bytes.length);
      if (isEnough()) return;
    }
  }
  if (extname(path).toLowerCase() === '.json' || (await looksLikeJson(path))) await readJson(path, chunks, takers);
  else await readYaml(path, lines(), takers);
}

/** All JSON is YAML, and in a file of that name may be as large. A template begins with two braces, and is neither. */
async function looksLikeJson(path: string): Promise<boolean> {
  let head = '';
  for await (const chunk of createReadStream(path, { end: HEAD_BYTES - 1 }) as AsyncIterable<Buffer>)
    head += chunk.toString('latin1');
  return /^\s*(?:\{\s*"|\[\s*\{\s*")/.test(head);
}
