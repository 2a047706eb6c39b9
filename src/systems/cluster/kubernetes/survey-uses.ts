import type { Sink } from '../../../evidence/sink.ts';
import type { KubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import { createLimit } from '../../../util/limit.ts';
import type { KubeObject, UsesOptions } from '../contract.ts';
import { presets } from '../objects/extractors/presets.ts';
import { usageKinds } from '../objects/kinds.ts';
import { stateUses } from '../objects/uses.ts';
import { type Deed, hintFor } from './failure-words.ts';
import { discoverKinds, type ServedKind, type ServedKinds } from './served-kinds.ts';

/** The cluster, as its settings have it. */
export interface SurveyedCluster {
  readonly name: string;
  readonly mayHold: readonly string[];
  readonly isOpenshift: boolean;
}

/** A kind that is asked for. */
interface Wanted {
  readonly group: string;
  /** Those that can be read, best first; empty: any. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly resource: string;
  readonly mustBeThere: boolean;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

interface Listing {
  readonly wanted: Wanted;
  readonly path: string;
}

const LISTS_AT_ONCE = 4;
/** A Secret may have a megabyte, most others have a few kilobytes. */
const LARGE_OBJECTS = new Set(['Secret', 'ConfigMap']);
const LARGE_LIMIT = 50;

/**
 * Lists every kind that names images and is served, and states what its objects use. What could not be listed, or not to its end, hides all
 * that the cluster may hold.
 *
 * @throws the signal's reason
 */
export async function surveyUses(
  api: KubeApi,
  cluster: SurveyedCluster,
  options: UsesOptions,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  const cannotSee = (doing: string, error: KubeError, deed: Deed) =>
    stateGap(sink, cluster, `${doing}: ${error.message}`, hintFor(error, deed));
  const wanted = wantedKinds(cluster, options);
  let served: ServedKinds;
  try {
    served = await discoverKinds(api, new Set(wanted.map(({ group }) => group)), signal);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const hint =
      error.status === 403 ? 'bind the cluster role system:discovery to the user whom the message names' : undefined;
    stateGap(
      sink,
      cluster,
      `asking what there is: ${error.message}`,
      hint ?? hintFor(error, { group: '', resource: '', verb: 'get' }),
    );
    return;
  }
  const statements = stateUses(sink, cluster, options);
  const read = async ({ wanted: one, path }: Listing, stop: AbortSignal): Promise<void> => {
    try {
      for await (const object of api.list(path, listOptions(one), stop)) statements.object(object as KubeObject);
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      cannotSee(`listing ${one.resource}`, error, { group: one.group, resource: one.resource, verb: 'list' });
    }
  };
  await forEach(listings(wanted, served, sink, cluster), read, signal);
}

function listOptions({ kind, fieldSelector, labelSelector }: Wanted) {
  return {
    ...(LARGE_OBJECTS.has(kind) && { limit: LARGE_LIMIT }),
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...(labelSelector !== undefined && { labelSelector }),
  };
}

function wantedKinds({ isOpenshift }: SurveyedCluster, { extractors, leaveOut = [] }: UsesOptions): readonly Wanted[] {
  // OpenShift without builds or deployment configs is an OpenShift still: these are optional there. Without streams it is none.
  const looked = usageKinds.filter(({ kind }) => !leaveOut.includes(kind));
  const known = looked.map(
    (kind): Wanted => ({ ...kind, mustBeThere: !kind.mayBeAbsent || (isOpenshift && kind.kind === 'ImageStream') }),
  );
  const custom = new Map<string, Wanted>();
  for (const { group: api, kind, resource } of [...extractors, ...presets]) {
    const [group = '', version] = api.includes('/') || api !== 'v1' ? api.split('/') : ['', api];
    const versions = version === undefined ? [] : [version];
    const isKnown = known.some((one) => one.group === group && one.kind === kind);
    if (!isKnown) custom.set(`${api} ${kind}`, { group, versions, kind, resource, mustBeThere: false });
  }
  return [...known, ...custom.values()];
}

/** What is asked for where; what can't be is a gap. */
function listings(
  wanted: readonly Wanted[],
  served: ServedKinds,
  sink: Sink,
  cluster: SurveyedCluster,
): readonly Listing[] {
  const found = new Map<string, Listing>();
  const unknown = new Set<string>();
  for (const one of wanted) {
    const versions = served.versionsOf(one.group, one.kind);
    const best = bestOf(one, versions);
    const group = one.group === '' ? 'the core group' : one.group;
    if (best !== undefined) {
      const path = `${one.group === '' ? '/api' : `/apis/${one.group}`}/${best.version}/${best.resource}`;
      found.set(path, { wanted: { ...one, resource: best.resource }, path });
    } else if (versions.length > 0) {
      const there = versions.map(({ version }) => version).join(', ');
      const cause = `${one.kind} of ${group} is served in ${there}, and can be read in ${one.versions.join(', ')}`;
      stateGap(sink, cluster, cause, 'say in references.customResources how this version is read');
    } else if (served.unknown(one.group) !== undefined) unknown.add(one.group);
    else if (one.mustBeThere) stateGap(sink, cluster, `the server has no ${one.kind} of ${group}`, undefined);
  }
  for (const group of unknown) {
    const error = served.unknown(group);
    if (error === undefined) continue;
    const hint = 'see with `kubectl get apiservices` why its server does not answer';
    stateGap(sink, cluster, `asking what there is in ${group}: ${error.message}`, hint);
  }
  return [...found.values()];
}

function bestOf({ versions }: Wanted, served: readonly ServedKind[]): ServedKind | undefined {
  if (versions.length === 0) return served[0];
  return versions.map((version) => served.find((one) => one.version === version)).find((one) => one !== undefined);
}

function stateGap(sink: Sink, { name, mayHold }: SurveyedCluster, cause: string, hint: string | undefined): void {
  for (const scope of mayHold)
    sink.gap({ scope, hides: 'holds', source: `cluster ${name}`, cause, ...(hint !== undefined && { hint }) });
}

/** A few at a time. When one throws, the others are stopped. */
async function forEach<T>(
  items: readonly T[],
  work: (item: T, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const limit = createLimit(LISTS_AT_ONCE);
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const results = await Promise.allSettled(
    items.map((item) =>
      limit
        .run(() => work(item, stop), stop)
        .catch((error: unknown) => {
          failed.abort(error);
          throw error;
        }),
    ),
  );
  signal.throwIfAborted();
  const first = results.find((result) => result.status === 'rejected');
  if (first !== undefined) throw failed.signal.reason;
}
