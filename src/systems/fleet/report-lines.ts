import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256Hex } from '../../util/pure/hash.ts';
import type { JobReport } from './contract.ts';

/*
 * How a report comes back from a node: as lines of its pod's log, where stdout and stderr are mixed, and of which the beginning may have
 * been rotated away.
 *
 *   winnow-report 1/3 9f86d081884c7d65 H4sIAAAAAAAAA…        which line of how many, the hash of the whole, and a part of it
 *
 * The whole is JSON, packed with gzip, in base64. A report is there when all its lines are, and their hash is right: one that was cut is none.
 */

/** Runtimes cut lines at 16 KiB. */
const MAX_PART = 8000;
/** Kubelets rotate logs at 10 MiB: a report stays far below. In packed bytes. */
export const MAX_REPORT_BYTES = 1024 * 1024;
/** Unpacked: what is larger was made to hurt. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;
const LINE = /winnow-report (\d{1,5})\/(\d{1,5}) ([0-9a-f]{16}) ([A-Za-z0-9+/=]+)/;

/** @returns lines without line feeds; undefined where the text is too long for a log */
export function reportLines(text: string): readonly string[] | undefined {
  const bytes = gzipSync(text);
  if (bytes.length > MAX_REPORT_BYTES) return undefined;
  const hash = sha256Hex(bytes).slice(0, 16);
  const parts = bytes.toString('base64').match(new RegExp(`.{1,${MAX_PART}}`, 'g')) ?? [];
  return parts.map((part, n) => `winnow-report ${n + 1}/${parts.length} ${hash} ${part}`);
}

/**
 * The last report that stands in a log.
 * @returns `none`: there is none at all; `cut`: a part of it is missing, or is not what was written
 */
export function reportTextIn(log: string): Exclude<JobReport, 'no-log'> {
  const found = log.split('\n').flatMap((line) => {
    const [, n = '', of = '', hash = '', part = ''] = LINE.exec(line) ?? [];
    return part === '' ? [] : [{ n: Number(n), of: Number(of), hash, part }];
  });
  const last = found.at(-1);
  if (last === undefined) return 'none';
  const parts = new Map(found.filter(({ hash }) => hash === last.hash).map(({ n, part }) => [n, part]));
  const whole = Array.from({ length: last.of }, (_, n) => parts.get(n + 1) ?? '').join('');
  const bytes = Buffer.from(whole, 'base64');
  if (sha256Hex(bytes).slice(0, 16) !== last.hash) return 'cut';
  return { text: gunzipSync(bytes, { maxOutputLength: MAX_TEXT_BYTES }).toString('utf8') };
}
