import type { ResourceId } from '../../../evidence/resource.ts';
import { keptBy } from '../../../graph/graph.ts';
import type { View } from '../../view.ts';
import { nameMatcher } from '../match-name.ts';
import { type Answer, all, any, no, unknown, yes } from '../truth.ts';
import type { Prepare } from './prepare.ts';

/** Whether it has a label, an annotation or a platform, of a value that a pattern fits. */
export const attribute: Prepare<'attribute'> = ({ name, value: wanted }, { view }) => {
  const match = wanted === undefined ? () => '' : nameMatcher([wanted]);
  return ({ manifest }) =>
    ofImages(view, manifest, name, (value) => {
      if (value === undefined) return no(`it has no ${inWords(name)}`);
      const words = `its ${inWords(name)} is ${value === '' ? 'empty' : value}`;
      return match(value) === undefined ? no(words) : yes(words);
    });
};

/**
 * Judges an attribute of an image: its own where it has it, else that of every image that it lists. What is so of some of them only is
 * unknown of the whole.
 */
export function ofImages(
  view: View,
  manifest: ResourceId | undefined,
  name: string,
  judge: (value: string | undefined) => Answer,
): Answer {
  if (manifest === undefined) return unknown('its image was not seen');
  return judgeOne(view, manifest, { name, judge, under: new Set() });
}

interface Judging {
  readonly name: string;
  readonly judge: (value: string | undefined) => Answer;
  /** Indexes on the way down. */
  readonly under: Set<ResourceId>;
}

function judgeOne(view: View, manifest: ResourceId, judging: Judging): Answer {
  const { name, judge, under } = judging;
  const own = view.evidence.about(manifest).attributes;
  const value = own?.[name];
  if (value !== undefined) return judge(value);
  const children = under.has(manifest) ? [] : imagesIn(view, manifest);
  if (children.length === 0)
    return own === undefined ? unknown(`nothing tells its ${inWords(name)}`) : judge(undefined);
  under.add(manifest);
  const answers = children.map((child) => judgeOne(view, child, judging));
  under.delete(manifest);
  return alike(answers) ?? unknown(`${inWords(name)}: not the same for all that it lists`);
}

function alike(answers: readonly Answer[]): Answer | undefined {
  const [together, either] = [all(answers), any(answers)];
  return together.truth === either.truth ? (answers[0] ?? together) : undefined;
}

/** What an index lists, but for attestations, which builders list beside the images as of no platform. */
function imagesIn({ graph, evidence }: View, index: ResourceId): readonly ResourceId[] {
  const images: ResourceId[] = [];
  for (const { id, as } of keptBy(graph, index))
    if (as === 'child' && evidence.resources.kind(id) === 'manifest' && !isAttestation(evidence.about(id).attributes))
      images.push(id);
  return images;
}

function isAttestation(attributes: Readonly<Record<string, string>> | undefined): boolean {
  return attributes?.['platform']?.startsWith('unknown/unknown') === true;
}

/** `label:maintainer` → `label maintainer`. */
export function inWords(name: string): string {
  return name.replace(':', ' ');
}
