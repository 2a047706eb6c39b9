import type { ImageExtractor } from '../../src/systems/cluster/contract.ts';
import { type Preset, presets } from '../../src/systems/cluster/objects/extractors/presets.ts';
import { usageKinds } from '../../src/systems/cluster/objects/kinds.ts';
import { sentence, tableOf } from './markdown.ts';

/** What counts as a use, kind by kind. */
export function usageKindTable(): readonly string[] {
  const rows = usageKinds.map(({ group, kind, counts, openshift }) => [
    `\`${kind}\``,
    group === '' ? 'core' : `\`${group}\``,
    `${sentence(counts)}${openshift ? ' OpenShift.' : ''}`,
  ]);
  return tableOf(['kind', 'API group', 'what counts'], rows);
}

/** Custom resources that are read without being asked for. */
export function presetTable(): readonly string[] {
  const rows = presets.map((preset) => [
    `\`${preset.kind}\``,
    `\`${preset.group}\``,
    [
      ...told('images', preset.images),
      ...told('pod specs', preset.podSpecs),
      ...told('values', preset.values),
      ...told('a source in a registry', preset.ociSources),
      ...told('entries of a kustomization', preset.kustomizeImages),
    ].join('; '),
  ]);
  return tableOf(['kind', 'API group', 'where'], rows);
}

function told(what: string, paths: ImageExtractor['images'] | Preset['ociSources']): readonly string[] {
  return paths === undefined ? [] : [`${what}: ${paths.map((path) => `\`${path}\``).join(' ')}`];
}
