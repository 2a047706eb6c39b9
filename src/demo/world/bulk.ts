import type { Draft } from './draft.ts';
import { createDraft } from './draft.ts';
import { makeImage, makeLayer } from './image.ts';
import { recordStatuses, type World } from './world.ts';

const HOUR = 3_600_000;

export interface BulkOptions {
  readonly repositories: number;
  readonly tagsPerRepository: number;
}

/**
 * Many projects with tiny images: one layer for all, one for each repository, a config for every ten tags, and a manifest for each tag.
 * They are transient; of ten tags seven are done with, two in use, and one has no record.
 */
export function addBulk(draft: Draft, { repositories, tagsPerRepository }: BulkOptions): void {
  const common = makeLayer(draft.shelf, draft.random('bulk'), 'common', 600);
  for (let r = 1; r <= repositories; r += 1) {
    const name = `opschain/project-${String(r).padStart(3, '0')}/step`;
    const repository = draft.repository(name, 'transient');
    const own = makeLayer(draft.shelf, draft.random(name), `project-${r}`, 400);
    for (let t = 1; t <= tagsPerRepository; t += 1) {
      const tag = `step-${String(t).padStart(5, '0')}`;
      const hours = tagsPerRepository - t + 1;
      const at = draft.ago(hours * HOUR - r * 1000);
      const annotations = { 'com.example.step': `${name}:${tag}` };
      repository.tag(
        tag,
        makeImage(draft.shelf, {
          layers: [common, own],
          created: draft.ago(Math.ceil(hours / 10) * 10 * HOUR),
          annotations,
        }),
        at,
      );
      const kind = t % 10;
      const word = (r + t) % 3;
      if (kind < 7) draft.record(name, tag, recordStatuses.inactive[word] ?? 'success', at);
      else if (kind < 9) draft.record(name, tag, recordStatuses.active[word] ?? 'running');
    }
  }
}

/** A world of {@link addBulk} and nothing else: for benchmarks and for filling a real registry. */
export function describeBulk(options: BulkOptions & { readonly seed: string; readonly now: Date }): World {
  const draft = createDraft(options.seed, options.now);
  addBulk(draft, options);
  return draft.finish();
}
