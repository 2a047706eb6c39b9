import type { Draft } from './draft.ts';
import { type Made, makeIndex } from './image.ts';
import type { Newest } from './lasting.ts';
import { fallbackTag, makeCosignTag, makeSbom } from './referrers.ts';
import { pick } from './special-images.ts';
import type { Work } from './transient.ts';

const MINUTE = 60_000;

/** Signatures, attestations and SBOMs: of seed images, of a live and of a retired image in each of two repositories. */
export function addSignatures(draft: Draft, works: readonly Work[], newest: Newest): void {
  for (const name of ['limepoint/opschain-runner-enterprise', 'limepoint/opschain-runner', 'limepoint/opschain-api']) {
    sign(draft, name, the(newest, name), ['sig', 'att']);
    attach(draft, name, the(newest, name));
  }
  for (const status of ['active', 'inactive'] as const) {
    const change = pick(works, 'opschain/change', status);
    sign(draft, change.repository, change.made, ['sig', 'att']);
    const step = pick(works, 'opschain/step-runner', status);
    sign(draft, step.repository, step.made, ['sig']);
    const task = pick(works, 'opschain/agent-task', status);
    attach(draft, task.repository, task.made);
  }
  // Written for a registry without a Referrers API: the SBOM is listed by an index under a tag of its own.
  const agent = the(newest, 'agents/terraform');
  const sbom = attach(draft, 'agents/terraform', agent);
  const repository = draft.repository('agents/terraform');
  repository.tag(fallbackTag(agent.descriptor.digest), makeIndex([sbom]), draft.ago(MINUTE));
}

function sign(draft: Draft, name: string, made: Made, kinds: readonly ('sig' | 'att')[]): void {
  for (const kind of kinds) {
    const { tag, manifest } = makeCosignTag(draft.shelf, draft.random(`${kind} ${made.descriptor.digest}`), made, kind);
    draft.repository(name).tag(tag, manifest, draft.ago(5 * MINUTE));
  }
}

function attach(draft: Draft, name: string, subject: Made): Made {
  const sbom = makeSbom(draft.shelf, subject, draft.ago(5 * MINUTE));
  draft.repository(name).push(sbom, draft.ago(5 * MINUTE));
  return sbom;
}

function the(newest: Newest, name: string): Made {
  const found = newest.get(name);
  if (found === undefined) throw new Error(`the demo world has no repository ${name}`);
  return found;
}
