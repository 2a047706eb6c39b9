import type { ResourceId } from '../../evidence/resource.ts';
import type { Ruleset } from '../decide.ts';
import { nameMatcher } from '../retention/match-name.ts';
import type { Rule } from '../view.ts';
import { endedContainer, staleSandbox } from './containers.ts';
import { unusedImage } from './images.ts';
import type { NodeGcPolicy } from './policy.ts';

/**
 * The policy of `node-gc`. What runs, is pinned, or sandboxes are made from is held by the evidence itself.
 *
 * @param unusedSinceMs - since when an image is not used, as far as is remembered.
 */
export function nodeGcRuleset(policy: NodeGcPolicy, unusedSinceMs: (image: ResourceId) => number | undefined): Ruleset {
  const { images } = policy;
  const matchers = {
    keep: nameMatcher(images?.keep ?? []),
    only: images === undefined || images.only.length === 0 ? undefined : nameMatcher(images.only),
    unusedSinceMs,
  };
  const ofImages: readonly Rule[] = [images === undefined ? imagesStay : unusedImage(images, matchers)];
  return {
    deletable: new Set(['container', 'sandbox', 'node-image']),
    ruled: new Set(['container', 'sandbox', 'node-image']),
    // Content and snapshots stay only where something refers to them: what nothing does, the runtime itself collects.
    passive: new Set(['content', 'snapshot', 'image-reference', 'workload']),
    rules: [endedContainer(policy), staleSandbox(policy), ...ofImages],
  };
}

/** An image of which the flow is not to speak stays, though only a container used it that goes. */
const imagesStay: Rule =
  ({ evidence: { resources } }) =>
  (id) =>
    resources.kind(id) === 'node-image' ? { code: 'not-asked-for', because: 'images are left alone' } : undefined;
