import { basename } from 'node:path';
import { type ClusterSettings, nameOfSnapshot, parseClusterSpec } from '../systems/cluster/index.ts';
import { redactUrls } from './redact.ts';
import type { ClusterInput, ClusterMapInput } from './schema/clusters.ts';
import type { ClusterChoice } from './settings.ts';
import type { PathsFrom } from './to-records.ts';

/** Clusters with names of their own and absolute paths, in the order of the settings. */
export function toClusters(clusters: readonly ClusterInput[], pathsFrom: PathsFrom): readonly ClusterChoice[] {
  const sources = clusters.map((cluster, index) =>
    typeof cluster === 'string'
      ? withPaths(parseClusterSpec(cluster), (path) => pathsFrom(index, path))
      : toSource(cluster),
  );
  return namesOfTheirOwn(sources).map((source) => ({ shown: shortForm(source), source }));
}

/** Two clusters of one name would be taken for one: the later ones get a number. */
function namesOfTheirOwn(sources: readonly ClusterSettings[]): readonly ClusterSettings[] {
  const taken = new Set<string>();
  return sources.map((source) => {
    let name = source.name;
    for (let number = 2; taken.has(name); number += 1) name = `${source.name}-${number}`;
    taken.add(name);
    return { ...source, name };
  });
}

/** Paths in maps are absolute already. */
function withPaths(source: ClusterSettings, absolute: (path: string) => string): ClusterSettings {
  switch (source.kind) {
    case 'manifests':
      return { ...source, path: absolute(source.path) };
    case 'snapshot':
      return source.from.includes('://') ? source : { ...source, from: absolute(source.from) };
    case 'kubernetes':
    case 'openshift':
      return source.kubeconfig === undefined ? source : { ...source, kubeconfig: absolute(source.kubeconfig) };
  }
}

function toSource(map: ClusterMapInput): ClusterSettings {
  const name = map.name ?? defaultName(map);
  if (map.kind !== 'snapshot') return { ...map, name };
  const { maxAge: maxAgeMs, ...same } = map;
  return { ...same, name, maxAgeMs, ...(map.name !== undefined && { of: map.name }) };
}

function defaultName(map: ClusterMapInput): string {
  switch (map.kind) {
    case 'manifests':
      return basename(map.path) || map.kind;
    case 'snapshot':
      return nameOfSnapshot(map.from) || map.kind;
    case 'kubernetes':
    case 'openshift':
      return map.context ?? map.kind;
  }
}

/** All that there is of a cluster in its short form: a plan that names it can be applied where there is no settings file. */
function shortForm(source: ClusterSettings): string {
  const more = new URLSearchParams();
  const place = placeOf(source, more);
  // Of a snapshot a name that somebody wrote has to stand in it.
  if (source.kind !== 'snapshot' || source.of !== undefined) more.append('name', source.name);
  for (const scope of source.mayHold ?? []) more.append('may-hold', scope);
  const query = [...more].map(
    ([key, value]) => `${key}=${encodeURIComponent(value).replace(/%(2F|3A)/g, decodeURIComponent)}`,
  );
  const separator = query.length === 0 ? '' : place.includes('?') ? '&' : '?';
  return `${source.kind}${place === '' ? '' : ':'}${place}${separator}${query.join('&')}`;
}

function placeOf(source: ClusterSettings, more: URLSearchParams): string {
  switch (source.kind) {
    case 'manifests':
      return source.path;
    case 'snapshot':
      more.append('max-age', `${source.maxAgeMs}ms`);
      return redactUrls(source.from);
    case 'kubernetes':
    case 'openshift':
      if (source.context !== undefined) more.append('context', source.context);
      return source.kubeconfig ?? '';
  }
}
