import { covers } from '../evidence/gap.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { parseStreamItemKey, streamIn } from '../evidence/stream-item.ts';
import { wayBack } from '../graph/why.ts';
import { systemName } from '../plan/plan.ts';
import type { Explanation, Sibling } from '../report/explain/render-explain.ts';
import { wayInWords } from '../report/explain/way.ts';
import { imagesTarget, withoutName } from '../report/images/images-targets.ts';
import type { PlannedImages } from './prune-images.ts';

/** An Image by its digest, or what an image stream has: under a tag now, or by a digest. */
export type ImageTarget =
  | { readonly digest: string }
  | { readonly stream: string; readonly tag: string }
  | { readonly stream: string; readonly digest: string };

/** One item of a tag's history. */
interface Item {
  readonly id: ResourceId;
  readonly stream: string;
  readonly tag: string;
  /** 0 is the newest. */
  readonly index: number;
  readonly image: string;
}

/**
 * Why an Image, or an item of a tag's history, stays or goes, from a plan that was made now. With it come all places where a tag's history
 * has the same digest, those first that stay: one of them is enough to keep the Image.
 */
export function explainImage(planned: PlannedImages, target: ImageTarget): Explanation {
  const { view, decisions, plan } = planned;
  const { evidence, graph } = view;
  const { resources } = evidence;
  const api = systemName(plan.header.scope);
  const items = itemsOf(planned);
  const id = find(planned, api, items, target);
  const scope = id === undefined ? api : resources.scope(id);
  const base = { registry: api, gaps: evidence.gaps.filter((gap) => covers(gap.scope, scope)) };
  if (id === undefined)
    return {
      ...base,
      ...{ target: wordsOf(target), verdict: 'absent', way: [] },
      next: '`winnow prune images -o wide --show-kept` lists every item and image',
    };

  const lengths = lengthsOf(items);
  const marks = decisions.marks.has(id) ? decisions.marks : decisions.condemned;
  const steps = wayBack(graph, marks, id);
  const noteOf = (one: ResourceId) => (one === steps[0]?.id ? decisions.reasonOf(one).because : undefined);
  return {
    ...base,
    target: imagesTarget(resources.at(id), api),
    ...judge(planned, api, id),
    way: wayInWords(steps, (one) => resources.at(one), noteOf).map((step) => ({
      ...step,
      resource: withoutName(step.resource, api),
      ...(step.note !== undefined && { note: withoutName(step.note, api) }),
    })),
    siblings: items
      .filter((item) => item.id !== id && item.image === imageOf(planned, id))
      .map((item) => ({ target: placeOf(item, lengths), ...judge(planned, api, item.id) }))
      .sort(keptFirst),
  };
}

function itemsOf({ view: { evidence } }: PlannedImages): readonly Item[] {
  const { resources } = evidence;
  const items: Item[] = [];
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'stream-item' || !evidence.exists(id)) continue;
    const name = parseStreamItemKey(resources.key(id));
    if (name !== undefined) items.push({ id, stream: streamIn(resources.scope(id)), ...name });
  }
  return items.sort((a, b) => a.index - b.index);
}

/** The Image of a digest alone, or an item that names it where the Image is gone; of a stream the newest item that fits. */
function find(
  { view: { evidence } }: PlannedImages,
  api: string,
  items: readonly Item[],
  target: ImageTarget,
): ResourceId | undefined {
  if ('tag' in target)
    return items.find(({ stream, tag, index }) => stream === target.stream && tag === target.tag && index === 0)?.id;
  const image = 'stream' in target ? undefined : evidence.resources.find('image-object', api, target.digest);
  if (image !== undefined && evidence.exists(image)) return image;
  return items.find((item) => item.image === target.digest && (!('stream' in target) || item.stream === target.stream))
    ?.id;
}

function imageOf({ view: { evidence } }: PlannedImages, id: ResourceId): string {
  const key = evidence.resources.key(id);
  return parseStreamItemKey(key)?.image ?? key;
}

function judge({ decisions }: PlannedImages, api: string, id: ResourceId): Pick<Sibling, 'verdict' | 'reason'> {
  const { code, because } = decisions.reasonOf(id);
  return {
    verdict: decisions.isDeleted(id) ? 'delete' : 'keep',
    reason: { code, because: withoutName(because, api) },
  };
}

/** How many items each tag has. */
function lengthsOf(items: readonly Item[]): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  for (const { stream, tag } of items) lengths.set(`${stream}:${tag}`, (lengths.get(`${stream}:${tag}`) ?? 0) + 1);
  return lengths;
}

function placeOf({ stream, tag, index }: Item, lengths: ReadonlyMap<string, number>): string {
  return `${stream}:${tag} at position ${index} of ${lengths.get(`${stream}:${tag}`)}`;
}

function keptFirst(a: Sibling, b: Sibling): number {
  if (a.verdict !== b.verdict) return a.verdict === 'keep' ? -1 : 1;
  return a.target < b.target ? -1 : 1;
}

function wordsOf(target: ImageTarget): string {
  if ('tag' in target) return `${target.stream}:${target.tag}`;
  return 'stream' in target ? `${target.stream}@${target.digest}` : target.digest;
}
