import { basename } from 'node:path';
import { messageOf } from '../../util/pure/coded-error.ts';
import { parseDuration } from '../../util/pure/duration.ts';
import { clusterFailure } from './errors.ts';
import type { ClusterKind, ClusterSettings } from './settings.ts';

const DAY_MS = 86_400_000;

const clusterKinds = ['kubernetes', 'openshift', 'manifests', 'snapshot'] as const satisfies readonly ClusterKind[];
/** Words that may stand behind the question mark. A snapshot's others belong to its place. */
const words: Readonly<Record<ClusterKind, readonly string[]>> = {
  kubernetes: ['name', 'may-hold', 'context'],
  openshift: ['name', 'may-hold', 'context'],
  manifests: ['name', 'may-hold'],
  snapshot: ['name', 'may-hold', 'max-age'],
};

/**
 * Reads the short form of a cluster: `kubernetes[:KUBECONFIG][?context=NAME]`, `openshift…` alike, `manifests:DIR`,
 * `snapshot:FILE|oci://…|s3://…`; each with `name=`, `may-hold=` (repeatable), and `max-age=` for a snapshot.
 *
 * @throws CLUSTER_SETTINGS_INVALID
 */
export function parseClusterSpec(spec: string): ClusterSettings {
  const [, kind = '', place = '', query = ''] = /^([a-z]+)(?::([^?]*))?(?:\?(.*))?$/s.exec(spec) ?? [];
  if (!isKind(kind))
    throw invalid(
      spec,
      `it begins with none of ${clusterKinds.join(' ')}`,
      'write it like kubernetes:?context=prod-eu or manifests:DIR',
    );
  const given = new URLSearchParams(query);
  checkWords(spec, kind, given);
  const mayHold = given.getAll('may-hold');
  const common = (name: string) => ({
    name: given.get('name') ?? asName(name, kind),
    ...(mayHold.length > 0 && { mayHold }),
  });
  const context = given.get('context') ?? undefined;
  switch (kind) {
    case 'kubernetes':
    case 'openshift':
      return {
        kind,
        ...common(context ?? kind),
        ...(place !== '' && { kubeconfig: place }),
        ...(context !== undefined && { context }),
      };
    case 'manifests':
      if (place === '') throw invalid(spec, 'it names no folder', 'write it like manifests:/srv/gitops');
      return { kind, ...common(basename(place)), path: place };
    case 'snapshot':
      if (place === '')
        throw invalid(
          spec,
          'it names no snapshot',
          'write it like snapshot:FILE, snapshot:oci://HOST/REPOSITORY:TAG or snapshot:s3://BUCKET/KEY',
        );
      return {
        kind,
        ...common(nameOfSnapshot(place)),
        from: withQuery(place, given),
        maxAgeMs: maxAgeOf(spec, given.get('max-age')),
        ...(given.has('name') && { of: given.get('name') ?? '' }),
      };
  }
}

function isKind(word: string): word is ClusterKind {
  return (clusterKinds as readonly string[]).includes(word);
}

function checkWords(spec: string, kind: ClusterKind, given: URLSearchParams): void {
  for (const [word, value] of given) {
    if (!words[kind].includes(word)) {
      if (kind === 'snapshot') continue;
      throw invalid(
        spec,
        `${word} is none of its words`,
        `behind the question mark it takes ${words[kind].join(', ')}`,
      );
    }
    if (value === '') throw invalid(spec, `${word}= says nothing`, `write a value behind ${word}=, or leave it out`);
    if (word !== 'may-hold' && given.getAll(word).length > 1)
      throw invalid(spec, `it says ${word}= more than once`, `leave one ${word}=`);
  }
  const name = given.get('name');
  if (name !== null && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw invalid(
      spec,
      `${JSON.stringify(name)} is no name`,
      'take letters, digits, dots, underscores and dashes: name=prod-eu',
    );
}

/** A context may be called `arn:aws:eks:eu-west-1:1:cluster/prod`; scopes are cut at slashes. */
function asName(text: string, otherwise: string): string {
  return text.replace(/[^A-Za-z0-9._:-]+/g, '-').replace(/^[.-]+/, '') || otherwise;
}

/** What a snapshot's cluster is called where nobody says it: the tag in a registry, else the file's name without what it ends with. */
export function nameOfSnapshot(from: string): string {
  const last = basename(from.replace(/[?#].*$/s, ''));
  return from.startsWith('oci://')
    ? last.replace(/^.*:/, '')
    : last.replace(/(\.(nd)?json|\.jsonl)?(\.gz)?$/, '') || last;
}

/** What is no word of ours belongs to the place: `s3://bucket/key?region=…`. */
function withQuery(place: string, given: URLSearchParams): string {
  const rest = new URLSearchParams([...given].filter(([field]) => !['name', 'may-hold', 'max-age'].includes(field)));
  return rest.size === 0 ? place : `${place}?${rest.toString().replaceAll('%3A', ':').replaceAll('%2F', '/')}`;
}

function maxAgeOf(spec: string, text: string | null): number {
  try {
    return text === null ? DAY_MS : parseDuration(text);
  } catch (error) {
    throw invalid(spec, messageOf(error), 'write max-age= like 24h or 90m');
  }
}

function invalid(spec: string, what: string, hint: string) {
  const shown = spec.replace(/(:\/\/)[^/@?]*@/, '$1…@');
  return clusterFailure('CLUSTER_SETTINGS_INVALID', `reading the cluster ${JSON.stringify(shown)}: ${what}`, { hint });
}
