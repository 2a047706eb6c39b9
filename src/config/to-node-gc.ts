import type { LabelFilter } from '../policy/node-gc/policy.ts';
import type { NamePattern } from '../policy/retention/policy.ts';
import type { NodeGcInput } from './schema/node-gc.ts';
import type { FleetSettings, NodeGcSettings } from './settings.ts';

/** Turns the section `nodeGc` into settings. */
export function toNodeGc(input: NodeGcInput): NodeGcSettings {
  const { containers, sandboxes, sandboxMinAge: sandboxMinAgeMs, images, highWatermark, lowWatermark } = input;
  return {
    ...(input.runtime !== undefined && { runtime: input.runtime }),
    ...(input.nodeName !== undefined && { nodeName: input.nodeName }),
    ...(input.staticPods !== undefined && { staticPods: input.staticPods }),
    timeoutMs: input.timeout,
    policy: { containers, sandboxes, sandboxMinAgeMs, images: images.remove ? toImages(images) : undefined },
    // That both are given was checked before.
    ...(highWatermark !== undefined &&
      lowWatermark !== undefined && { watermarks: { highPercent: highWatermark, lowPercent: lowWatermark } }),
    requireRepullable: images.requireRepullable,
    releaseContent: input.releaseContent,
    fleet: toFleet(input.fleet),
  };
}

function toFleet({ deadline, ttlAfterFinished, ...same }: NodeGcInput['fleet']): FleetSettings {
  return { ...same, deadlineMs: deadline, ttlAfterFinishedMs: ttlAfterFinished };
}

function toImages({ minPullAge, minUnusedAge, until, keepPerRepository, ...rest }: NodeGcInput['images']) {
  return {
    minPullAgeMs: minPullAge,
    ...(minUnusedAge !== undefined && { minUnusedAgeMs: minUnusedAge }),
    ...(until !== undefined && { minBuildAgeMs: until }),
    ...(keepPerRepository !== undefined && { keepPerRepository }),
    keep: rest.keep.map(toPattern),
    only: rest.only.map(toPattern),
    labels: rest.labels.map(toLabel),
  };
}

function toPattern(text: string): NamePattern {
  const expression = /^\/(.*)\/$/.exec(text)?.[1];
  return expression === undefined ? { kind: 'glob', text } : { kind: 'expression', text: expression };
}

function toLabel(text: string): LabelFilter {
  const absent = text.startsWith('!');
  const [key = '', ...value] = text.slice(absent ? 1 : 0).split('=');
  return { key, absent, ...(value.length > 0 && { value: value.join('=') }) };
}
