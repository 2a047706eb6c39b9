import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { rawLinesIn } from '../../../util/raw-lines.ts';
import type { IgnoredPullers, PullLog } from '../contract.ts';
import { type PullsErrorCode, pullsErrors } from '../errors.ts';
import { ignoring } from '../ignored.ts';
import { knownSince, type LogPart } from '../known-since.ts';
import { pullTable } from '../pull-table.ts';
import { pushTable } from '../push-table.ts';
import { type PartReading, readPart } from '../read-part.ts';

export interface FilePulls extends IgnoredPullers {
  /**
   * Absolute. Parts of one log: those of earlier days, and the one that is being written. Names that end with `.gz` are unpacked. Of a folder,
   * all files directly in it whose names do not begin with a dot.
   */
  readonly files: readonly string[];
}

/** Notifications of a registry that somebody wrote into files. Streams: what is held is one time for each name and digest. */
export function filePulls({ files, ...ignored }: FilePulls): PullLog {
  return {
    name: files.length === 1 ? `pulls in ${files[0]}` : `pulls in ${files.length} files`,
    async read(signal, pushesSinceMs = Number.NEGATIVE_INFINITY) {
      const table = pullTable();
      const pushes = pushTable(pushesSinceMs);
      const isIgnored = ignoring(ignored);
      const parts: LogPart[] = [];
      const holes: string[] = [];
      const counts = { counted: 0, ignored: 0 };
      for (const path of await allFiles(files)) {
        const reading = await readFile(path, signal, ({ atMs, pull, push }) => {
          if (push !== undefined) pushes.note(atMs, push);
          if (pull === undefined) return;
          const passedOver = isIgnored(pull.userAgent, pull.actor);
          counts[passedOver ? 'ignored' : 'counted'] += 1;
          if (!passedOver) table.note(atMs, pull);
        });
        parts.push(reading.part);
        if (reading.holeAtLine !== undefined) holes.push(`${path}, line ${reading.holeAtLine}: it is no notification`);
      }
      return { times: table.times(knownSince(parts)), pushes: pushes.times, ...counts, holes };
    },
  };
}

/** @throws PULLS_UNREADABLE */
async function allFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    try {
      if ((await stat(path)).isDirectory()) found.push(...(await filesIn(path)));
      else found.push(path);
    } catch (failure) {
      throw pullsError('PULLS_UNREADABLE', `reading the pulls in ${path}: ${failureWords(failure)}`, failure);
    }
  }
  return found;
}

/** A link to a file is a file; whether what it points at can be read is seen when it is read. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'));
  return files.map(({ name }) => join(folder, name)).sort();
}

async function readFile(
  path: string,
  signal: AbortSignal,
  onEvent: Parameters<typeof readPart>[1],
): Promise<PartReading> {
  const doing = `reading the pulls in ${path}`;
  try {
    const reading = await readPart(rawLinesIn(bytesOf(path, signal)), onEvent);
    if (reading !== undefined) return reading;
  } catch (failure) {
    signal.throwIfAborted();
    throw pullsError('PULLS_UNREADABLE', `${doing}: ${failureWords(failure)}`, failure);
  }
  throw pullsError('PULLS_MALFORMED', `${doing}: it holds no notification of a registry`);
}

function bytesOf(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  signal.throwIfAborted();
  const file = createReadStream(path, { highWaterMark: 1 << 18, signal });
  // The callback is only there to have none thrown at nobody: the reader of the last stream gets every error.
  return path.endsWith('.gz') ? pipeline(file, createGunzip(), () => {}) : file;
}

function pullsError(code: PullsErrorCode, message: string, cause?: unknown): CodedError<PullsErrorCode> {
  return new CodedError(code, message, { hint: pullsErrors[code].hint, cause });
}
