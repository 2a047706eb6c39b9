import type { SourceSummary } from '../evidence.ts';
import type { Gap } from '../gap.ts';
import { type ResourceKind, resourceKinds } from '../resource.ts';
import { type About, type EdgeKind, edgeKinds } from '../sink.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A line of a file of evidence, read. Numbers of resources and scopes are not checked yet. */
export type EvidenceLine =
  | { readonly is: 'scope'; readonly scope: string }
  | {
      readonly is: 'resource';
      readonly kind: ResourceKind;
      readonly scope: number;
      readonly key: string;
      readonly about?: About;
    }
  | { readonly is: 'edge'; readonly from: number; readonly to: number; readonly as: EdgeKind }
  | { readonly is: 'hold' | 'retirement'; readonly resource: number; readonly by: string }
  | { readonly is: 'seen'; readonly tag: number; readonly atMs: number }
  | {
      readonly is: 'history';
      readonly tag: number;
      readonly digests: readonly { readonly digest: string; readonly sinceMs: number }[];
    }
  | { readonly is: 'pulls'; readonly scope: number; readonly sinceMs: number }
  | { readonly is: 'gap'; readonly gap: Gap }
  | { readonly is: 'source'; readonly source: SourceSummary };

/** Reads a line; undefined where it is none that there is. */
export function kindOfLine(value: Json): EvidenceLine | undefined {
  const [key = ''] = Object.keys(value);
  return Object.hasOwn(readers, key) ? readers[key]?.(value[key], value) : undefined;
}

type Reader = (value: unknown, line: Json) => EvidenceLine | undefined;

const readers: Readonly<Record<string, Reader>> = {
  scope: (value) => (typeof value === 'string' ? { is: 'scope', scope: value } : undefined),
  r: (value, { about }) => {
    const [word, scope, key] = listOf(value);
    const kind = resourceKinds.find((one) => one === word);
    if (kind === undefined || !isNumber(scope) || typeof key !== 'string') return undefined;
    if (about === undefined) return { is: 'resource', kind, scope, key };
    return isAbout(about) ? { is: 'resource', kind, scope, key, about } : undefined;
  },
  e: (value) => {
    const [from, to, word] = listOf(value);
    const as = edgeKinds.find((one) => one === word);
    return as !== undefined && isNumber(from) && isNumber(to) ? { is: 'edge', from, to, as } : undefined;
  },
  h: (value) => claim('hold', value),
  x: (value) => claim('retirement', value),
  seen: (value) => {
    const [tag, atMs] = listOf(value);
    return isNumber(tag) && isTime(atMs) ? { is: 'seen', tag, atMs } : undefined;
  },
  was: (value) => {
    const [tag, list] = listOf(value);
    const digests = listOf(list).map((entry) => {
      const [digest, sinceMs] = listOf(entry);
      return typeof digest === 'string' && isTime(sinceMs) ? { digest, sinceMs } : undefined;
    });
    return isNumber(tag) && digests.every((one) => one !== undefined) ? { is: 'history', tag, digests } : undefined;
  },
  pulls: (value) => {
    const [scope, sinceMs] = listOf(value);
    return isNumber(scope) && isTime(sinceMs) ? { is: 'pulls', scope, sinceMs } : undefined;
  },
  gap: (value) => (isGap(value) ? { is: 'gap', gap: value } : undefined),
  source: (value) =>
    isObject(value) && typeof value['source'] === 'string' && isObject(value['facts'])
      ? { is: 'source', source: value as unknown as SourceSummary }
      : undefined,
};

function claim(is: 'hold' | 'retirement', value: unknown): EvidenceLine | undefined {
  const [resource, by] = listOf(value);
  return isNumber(resource) && typeof by === 'string' ? { is, resource, by } : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The number of a resource or a scope. */
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isAbout(value: unknown): value is About {
  if (!isObject(value)) return false;
  const { sizeBytes, digest, createdAtMs, pushedAtMs, lastUsedAtMs, attributes } = value;
  const numbers = [sizeBytes, createdAtMs, pushedAtMs, lastUsedAtMs];
  const areWords = attributes === undefined || (isObject(attributes) && Object.values(attributes).every(isText));
  return (
    numbers.every((one) => one === undefined || isTime(one)) && (digest === undefined || isText(digest)) && areWords
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** A gap that can't be read would be a gap that is overlooked. */
function isGap(value: unknown): value is Gap {
  if (!isObject(value)) return false;
  const { scope, hides, source, cause } = value;
  return [scope, source, cause].every(isText) && (hides === 'existence' || hides === 'references' || hides === 'holds');
}
