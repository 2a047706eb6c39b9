import { isDigest } from '../../oci/digest.ts';
import { runningSha256 } from '../../util/pure/hash.ts';
import { collectEvidence } from '../evidence.ts';
import type { ResourceId } from '../resource.ts';
import { EvidenceError } from './errors.ts';
import { type EvidenceLine, type Json, kindOfLine } from './lines.ts';
import type { EvidenceHeader, Memory, SavedEvidence } from './saved-evidence.ts';

type History = ReturnType<NonNullable<Memory['tagHistory']>>;

/**
 * Reads a file of evidence, whole.
 *
 * @param lines - the file's lines, without newlines.
 * @throws EVIDENCE_MALFORMED, EVIDENCE_VERSION, EVIDENCE_CUT_SHORT, EVIDENCE_CHANGED
 */
export async function decodeEvidence(lines: AsyncIterable<string>): Promise<SavedEvidence> {
  const hash = runningSha256();
  const reader = createReader();
  let header: EvidenceHeader | undefined;
  let count = 0;
  let end: Json | undefined;
  for await (const text of lines) {
    const value = parseLine(text, count + 1);
    if (end !== undefined) throw changed();
    if (header === undefined) header = decodeHeader(value);
    else if (isObject(value['end'])) {
      end = value['end'];
      continue;
    } else reader.read(value, count + 1);
    hash.update(`${text}\n`);
    count += 1;
  }
  if (header === undefined) throw new EvidenceError('EVIDENCE_CUT_SHORT', 'reading the evidence: it is empty');
  if (end === undefined)
    throw new EvidenceError(
      'EVIDENCE_CUT_SHORT',
      `reading the evidence: it ends after ${count} lines, without its last`,
    );
  if (end['lines'] !== count || end['sha256'] !== hash.hex()) throw changed();
  return { header, ...reader.result(header) };
}

/** Takes in one line after the other. */
function createReader() {
  const { sink, evidence, addSource } = collectEvidence();
  const scopes: string[] = [];
  const { seen, histories, pulls, memory } = createMemory();
  const take = (line: EvidenceLine): void => {
    switch (line.is) {
      case 'scope':
        scopes.push(line.scope);
        return;
      case 'resource': {
        const scope = scopes[line.scope];
        const number = evidence.resources.size;
        if (scope === undefined || sink.resource(line.kind, scope, line.key) !== number) throw new Misfit('r');
        if (line.about !== undefined) sink.exists(number, line.about);
        return;
      }
      case 'edge':
        sink.refers(known(line.from), known(line.to), line.as);
        return;
      case 'hold':
        sink.holds(known(line.resource), line.by);
        return;
      case 'retirement':
        sink.retires(known(line.resource), line.by);
        return;
      case 'seen':
        seen.set(known(line.tag), line.atMs);
        return;
      case 'history':
        if (!line.digests.every(({ digest }) => isDigest(digest))) throw new Misfit('was');
        histories.set(known(line.tag), line.digests as History);
        return;
      case 'pulls': {
        const scope = scopes[line.scope];
        if (scope === undefined) throw new Misfit('pulls');
        pulls.set(scope, line.sinceMs);
        return;
      }
      case 'gap':
        sink.gap(line.gap);
        return;
      case 'source':
        addSource(line.source);
        return;
    }
  };
  const known = (id: number): ResourceId => {
    if (id >= evidence.resources.size) throw new Misfit('the number of a resource');
    return id;
  };
  return {
    read: (value: Json, lineNumber: number) => {
      try {
        const line = kindOfLine(value);
        if (line === undefined) throw new Misfit(Object.keys(value).join(', ') || 'it');
        take(line);
      } catch (error) {
        if (error instanceof Misfit) throw malformed(lineNumber, `${error.message} is not as it should be`);
        throw error;
      }
    },
    result: (header: EvidenceHeader) => ({ evidence, memory: memory(header) }),
  };
}

/** Gathers what is remembered. */
function createMemory() {
  const seen = new Map<ResourceId, number>();
  const histories = new Map<ResourceId, History>();
  const pulls = new Map<string, number>();
  const memory = ({ remembers }: EvidenceHeader): Memory => ({
    firstSeenMs: (tag) => seen.get(tag),
    ...(remembers.tagHistory && { tagHistory: (tag: ResourceId) => histories.get(tag) ?? [] }),
    ...(remembers.pulls && { pullsKnownSinceMs: (scope: string) => pulls.get(scope) }),
  });
  return { seen, histories, pulls, memory };
}

/** A part of a line that does not fit. */
class Misfit extends Error {}

function decodeHeader(value: Json): EvidenceHeader {
  const { winnow, of, madeAtMs, remembers } = value;
  if (typeof winnow === 'string' && winnow.startsWith('evidence/') && winnow !== 'evidence/v1')
    throw new EvidenceError(
      'EVIDENCE_VERSION',
      `reading the evidence: it is of the form ${winnow}, this Winnow reads evidence/v1`,
    );
  const fits =
    winnow === 'evidence/v1' && typeof of === 'string' && typeof madeAtMs === 'number' && isObject(remembers);
  if (!fits) throw malformed(1, 'it is no header of evidence');
  return value as unknown as EvidenceHeader;
}

function parseLine(text: string, lineNumber: number): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw malformed(lineNumber, 'it is not a JSON object');
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(lineNumber: number, why: string): EvidenceError {
  return new EvidenceError('EVIDENCE_MALFORMED', `reading the evidence, line ${lineNumber}: ${why}`);
}

function changed(): EvidenceError {
  return new EvidenceError(
    'EVIDENCE_CHANGED',
    'reading the evidence: its checksum does not fit its lines; it was changed after it was made',
  );
}
