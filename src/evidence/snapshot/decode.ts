import { CodedError } from '../../util/pure/coded-error.ts';
import { runningSha256 } from '../../util/pure/hash.ts';
import type { Gap } from '../gap.ts';
import { type SnapshotErrorCode, snapshotErrors } from './errors.ts';
import { SNAPSHOT_VERSION, type SnapshotHeader, type SnapshotWorkload } from './format.ts';

/** A snapshot being read: the header at once, the workloads as they come. */
export interface DecodedSnapshot {
  readonly header: SnapshotHeader;
  /** @throws SNAPSHOT_MALFORMED, SNAPSHOT_CUT_SHORT, SNAPSHOT_CHANGED, at the line where it shows; the last two only at the end. */
  readonly workloads: AsyncIterable<SnapshotWorkload>;
}

/**
 * Reads a snapshot. Nobody may take it for whole before {@link DecodedSnapshot.workloads} came to its end without a throw.
 *
 * @param lines - without newlines.
 * @throws SNAPSHOT_OTHER_CONTENT when it does not begin like one, SNAPSHOT_MALFORMED when its header is not whole, SNAPSHOT_CUT_SHORT
 *   when there is nothing at all.
 */
export async function decodeSnapshot(lines: AsyncIterable<string>): Promise<DecodedSnapshot> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) throw snapshotError('SNAPSHOT_CUT_SHORT', 'it is empty');
  return { header: decodeHeader(first.value), workloads: decodeWorkloads(first.value, iterator) };
}

async function* decodeWorkloads(first: string, lines: AsyncIterator<string>): AsyncGenerator<SnapshotWorkload> {
  const hash = runningSha256();
  hash.update(`${first}\n`);
  let count = 0;
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const value = parseLine(next.value);
    if (value === undefined) throw malformed(count + 2, 'it is not a JSON object');
    if (isObject(value['end'])) {
      const rest = await lines.next();
      const { workloads, sha256 } = value['end'];
      if (rest.done !== true || workloads !== count || sha256 !== hash.hex())
        throw snapshotError(
          'SNAPSHOT_CHANGED',
          'its checksum does not fit its lines; it was changed after it was taken',
        );
      return;
    }
    hash.update(`${next.value}\n`);
    count += 1;
    yield decodeWorkload(value, count + 1);
  }
  throw snapshotError('SNAPSHOT_CUT_SHORT', `it ends after ${count} workloads, without its last line`);
}

function decodeHeader(line: string): SnapshotHeader {
  const value = parseLine(line);
  const version = value?.['winnow'];
  if (value === undefined || typeof version !== 'string' || !version.startsWith('snapshot/'))
    throw snapshotError('SNAPSHOT_OTHER_CONTENT', 'it is no snapshot of a cluster');
  if (version !== SNAPSHOT_VERSION)
    throw snapshotError(
      'SNAPSHOT_OTHER_CONTENT',
      `it is of the form ${JSON.stringify(version)}, this Winnow reads ${SNAPSHOT_VERSION}`,
    );
  const check = checker(value, 1);
  check('cluster', isText);
  check('shown', isText);
  check('by', isText);
  check('takenAtMs', Number.isFinite);
  check('kinds', isObject);
  check('gaps', (gaps) => Array.isArray(gaps) && gaps.every(isGap));
  return value as unknown as SnapshotHeader;
}

function decodeWorkload(value: Json, lineNumber: number): SnapshotWorkload {
  const check = checker(value, lineNumber);
  check('kind', isText);
  check('name', isText);
  check('namespace', orAbsent(isText));
  check('createdAtMs', orAbsent(Number.isFinite));
  check('holds', areTexts);
  check('uses', areTexts);
  check('usesOfStreams', orAbsent(areTexts));
  return value as unknown as SnapshotWorkload;
}

type Json = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const areTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const orAbsent =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isGap(value: unknown): value is Gap {
  return (
    isObject(value) &&
    ['scope', 'source', 'cause'].every((field) => isText(value[field])) &&
    ['existence', 'references', 'holds'].includes(String(value['hides'])) &&
    orAbsent(isText)(value['hint'])
  );
}

function checker(value: Json, lineNumber: number) {
  return (field: string, check: Check) => {
    if (!check(value[field])) throw malformed(lineNumber, `the field ${field} is not as it should be`);
  };
}

function parseLine(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // What that means, the caller tells: a torn line and a foreign one are alike.
  }
}

function malformed(lineNumber: number, why: string) {
  return snapshotError('SNAPSHOT_MALFORMED', `line ${lineNumber}: ${why}`);
}

/** Where it lies, the caller knows, and says in front. */
function snapshotError(code: SnapshotErrorCode, what: string): CodedError<SnapshotErrorCode> {
  return new CodedError(code, what, { hint: snapshotErrors[code].hint });
}
