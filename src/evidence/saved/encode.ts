import { runningSha256 } from '../../util/pure/hash.ts';
import type { Evidence } from '../evidence.ts';
import { edgeKinds } from '../sink.ts';
import type { EvidenceHeader, EvidenceToSave, Memory } from './saved-evidence.ts';

/*
 * A file of evidence is JSON Lines. Scopes and resources have numbers, from 0, in the order of their lines:
 *
 *   {"winnow":"evidence/v1","of":"registry registry.example:5000","madeAtMs":…, …}   the header
 *   {"scope":"registry.example:5000/team/app"}
 *   {"r":["tag",0,"v1"],"about":{"digest":"sha256:…",…}}     kind, scope, key; "about" where it exists
 *   {"e":[0,1,"tag"]}                                        from, to, kind of edge
 *   {"h":[7,"Pod shop/web-1, container app (Running)"]}      somebody holds it
 *   {"x":[8,"record 4711 (archived)"]}                       its owner retires it
 *   {"seen":[0,1767225600000]}                               a tag, and when it was first seen on its digest
 *   {"was":[0,[["sha256:…",1767225600000],…]]}               a tag, and its digests since when, newest first
 *   {"pulls":[0,1767225600000]}                              a scope, and since when pulls from it are known
 *   {"gap":{…}}  {"source":{…}}                              as they are
 *   {"end":{"lines":9,"sha256":"…"}}                         how many, and the hash of all lines before
 *
 * The last line tells a file that was cut short or changed by hand. It is no signature: who can write the file can make a new one.
 */

/** The lines of a file of evidence, each with its newline. Streams: one line is held at a time. */
export function* encodeEvidence({ header, evidence, memory }: EvidenceToSave): Generator<string> {
  const hash = runningSha256();
  let count = 0;
  const line = (value: unknown) => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    count += 1;
    return text;
  };
  const remembers = {
    tagHistory: memory.tagHistory !== undefined,
    pulls: memory.pullsKnownSinceMs !== undefined,
  };
  yield line({ winnow: 'evidence/v1', ...header, remembers } satisfies EvidenceHeader);
  for (const linesOf of [resourceLines, edgeLines, claimLines]) for (const one of linesOf(evidence)) yield line(one);
  for (const one of memoryLines(evidence, memory)) yield line(one);
  for (const gap of evidence.gaps) yield line({ gap });
  for (const source of evidence.sources) yield line({ source });
  yield `${JSON.stringify({ end: { lines: count, sha256: hash.hex() } })}\n`;
}

function* resourceLines({ resources, exists, about }: Evidence): Generator<unknown> {
  for (let n = 0; n < resources.scopeCount(); n += 1) yield { scope: resources.scopeAt(n) };
  for (let id = 0; id < resources.size; id += 1) {
    const r = [resources.kind(id), resources.scopeNumber(id), resources.key(id)];
    yield exists(id) ? { r, about: about(id) } : { r };
  }
}

function* edgeLines({ edges }: Evidence): Generator<unknown> {
  const { from, to, kinds, length } = edges;
  for (let n = 0; n < length; n += 1) yield { e: [from[n], to[n], edgeKinds[kinds[n] as number]] };
}

function* claimLines({ holds, retires }: Evidence): Generator<unknown> {
  for (let n = 0; n < holds.length; n += 1) yield { h: [holds.resources[n], holds.by(n)] };
  for (let n = 0; n < retires.length; n += 1) yield { x: [retires.resources[n], retires.by(n)] };
}

function* memoryLines({ resources, exists }: Evidence, memory: Memory): Generator<unknown> {
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'tag' || !exists(id)) continue;
    const seenMs = memory.firstSeenMs(id);
    if (seenMs !== undefined) yield { seen: [id, seenMs] };
    const was = memory.tagHistory?.(id) ?? [];
    if (was.length > 0) yield { was: [id, was.map(({ digest, sinceMs }) => [digest, sinceMs])] };
  }
  for (let n = 0; n < resources.scopeCount(); n += 1) {
    const sinceMs = memory.pullsKnownSinceMs?.(resources.scopeAt(n));
    if (sinceMs !== undefined) yield { pulls: [n, sinceMs] };
  }
}
