import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { compareDamage, type Damage, type DamageKind } from './damage-kinds.ts';
import { type Graph, keptBy } from './graph.ts';
import { childBlobs, partsOf } from './parts.ts';
import { tagsLeadingTo } from './tags-leading-to.ts';

/** What was seen of a registry or its storage, and what is known besides of single things. */
export interface DamageView {
  readonly evidence: Evidence;
  readonly graph: Graph;
  /** The graph turned round. */
  readonly keepers: Graph;
  /** Scope of blobs; a repository's scope is this, a slash, and its name. */
  readonly name: string;
  /** A manifest is found by its digest in any repository (Trow), not by its own link alone. */
  readonly anyRepository: boolean;
  /** What is wrong with the data of a manifest. */
  dataOf(blob: ResourceId): 'there' | 'hidden' | 'missing';
  /** What is wrong with a config or layer, as a manifest of that repository needs it. Asked for each of them, and for each manifest. */
  partOf(manifest: ResourceId, blob: ResourceId): readonly DamageKind[];
  /** Whether what an index lists can be had in that repository, where it is no manifest of it. */
  isListed(manifest: ResourceId, child: ResourceId): boolean;
  /** Why a manifest can't be read. */
  unreadable(manifest: ResourceId): string | undefined;
  /** Nothing is known of this tag or manifest, since nobody could look: that is no damage. */
  isUnseen(id: ResourceId): boolean;
  /** What it means that a tag exists and names nothing. */
  readonly tagWithoutTarget: Extract<DamageKind, 'tag-unreadable' | 'tag-without-manifest'>;
}

/** Finds what is wrong with tags, manifests, and what manifests need. @returns each once, the worst first */
export function findDamage(view: DamageView): readonly Damage[] {
  const { resources, exists } = view.evidence;
  const gathered = new GatheredDamage(view);
  for (let id = 0; id < resources.size; id += 1) {
    if (!exists(id)) continue;
    if (resources.kind(id) === 'tag') lookAtTag(view, id, gathered);
    else if (resources.kind(id) === 'manifest') lookAtManifest(view, id, gathered);
  }
  return gathered.all();
}

function lookAtTag(view: DamageView, tag: ResourceId, gathered: GatheredDamage): void {
  const { resources } = view.evidence;
  const targets = [...keptBy(view.graph, tag)].filter(
    ({ as }) => as === 'tag' || (view.anyRepository && as === 'opaque'),
  );
  if (targets.length === 0 && !view.isUnseen(tag)) gathered.addTag(view.tagWithoutTarget, tag);
  for (const { id } of targets)
    if (isMissing(view, id)) gathered.addTag('tag-without-manifest', tag, `it stands for ${resources.key(id)}`);
  for (const { id, as } of keptBy(view.keepers, tag))
    if (as === 'referrer-tag' && isMissing(view, id))
      gathered.addTag('subject-missing', tag, `it belongs to ${resources.key(id)}`);
}

function lookAtManifest(view: DamageView, manifest: ResourceId, gathered: GatheredDamage): void {
  const { resources } = view.evidence;
  const because = view.unreadable(manifest);
  let isWhole = true;
  for (const { id, as } of keptBy(view.graph, manifest)) {
    const data = as === 'link' ? view.dataOf(id) : 'there';
    if (data === 'there') continue;
    isWhole = false;
    gathered.add(data === 'hidden' ? 'data-hidden' : 'manifest-without-data', manifest, id);
  }
  if (isWhole && because !== undefined) gathered.add('manifest-unreadable', manifest, manifest, because);
  if (!isWhole || because !== undefined) return;
  for (const part of partsOf(view, manifest))
    for (const kind of view.partOf(manifest, part)) gathered.add(kind, manifest, part);
  lookAtChildren(view, manifest, gathered);
  for (const { id, as } of keptBy(view.keepers, manifest))
    if (as === 'subject' && isMissing(view, id))
      gathered.add('subject-missing', manifest, manifest, `it belongs to ${resources.key(id)}`);
}

/** An index may be pushed without all of what it lists (a sparse index): a part of it is a warning, nothing of it is damage. */
function lookAtChildren(view: DamageView, index: ResourceId, gathered: GatheredDamage): void {
  const children = childBlobs(view, index);
  const missing = children.filter(({ manifest, blob }) => {
    if (manifest !== undefined && !isMissing(view, manifest)) return false;
    return blob === undefined || !view.isListed(index, blob);
  });
  if (missing.length > 0 && missing.length === children.length) gathered.add('index-without-children', index, index);
  else for (const { manifest, blob } of missing) gathered.add('child-missing', index, (blob ?? manifest) as ResourceId);
}

function isMissing({ evidence, isUnseen }: DamageView, id: ResourceId): boolean {
  return !evidence.exists(id) && !isUnseen(id);
}

interface Draft {
  readonly kind: DamageKind;
  readonly repository: string;
  readonly what: string;
  readonly cause?: string;
  readonly manifests: Set<ResourceId>;
  readonly tags: Set<string>;
}

/** The same layer is missing for many: it is told once, with all that need it. */
class GatheredDamage {
  readonly #view: DamageView;
  readonly #drafts = new Map<string, Draft>();

  constructor(view: DamageView) {
    this.#view = view;
  }

  addTag(kind: DamageKind, tag: ResourceId, cause?: string): void {
    const draft = this.#draft(kind, tag, tag, cause);
    draft.tags.add(draft.what);
  }

  /** @param of - what is wrong, as the manifest needs it */
  add(kind: DamageKind, manifest: ResourceId, of: ResourceId, cause?: string): void {
    this.#draft(kind, manifest, of, cause).manifests.add(manifest);
  }

  all(): readonly Damage[] {
    const { resources } = this.#view.evidence;
    return [...this.#drafts.values()]
      .map(({ manifests, tags, ...damage }): Damage => {
        const leading = tagsLeadingTo(this.#view, manifests);
        return {
          ...damage,
          neededBy: [...manifests].map((id) => resources.key(id)).sort(),
          tags: [...new Set([...tags, ...leading])].sort(),
        };
      })
      .sort(compareDamage);
  }

  #draft(kind: DamageKind, within: ResourceId, of: ResourceId, cause: string | undefined): Draft {
    const { evidence, name } = this.#view;
    const repository = evidence.resources.scope(within).slice(name.length + 1);
    const what = evidence.resources.key(of);
    const key = `${kind} ${repository} ${what}`;
    let draft = this.#drafts.get(key);
    if (draft === undefined) {
      draft = {
        kind,
        repository,
        what,
        ...(cause === undefined ? {} : { cause }),
        manifests: new Set(),
        tags: new Set(),
      };
      this.#drafts.set(key, draft);
    }
    return draft;
  }
}
