import type { ImageExtractor, KubeObject } from '../../contract.ts';
import type { UseReader } from '../image-use.ts';
import { presets } from './presets.ts';
import { readExtracted } from './read-extracted.ts';

/** The readers for objects of kinds that extractors are given for, the ready-made ones and the settings'. */
export function extractorReaders(
  extractors: readonly ImageExtractor[],
): (group: string, object: KubeObject) => readonly UseReader[] {
  const byKind = new Map<string, { readonly version: string | undefined; readonly read: UseReader }[]>();
  for (const extractor of [...presets, ...extractors]) {
    const [group = '', version] = extractor.group === 'v1' ? ['', 'v1'] : extractor.group.split('/');
    const key = `${group}/${extractor.kind}`;
    const others = byKind.get(key) ?? [];
    byKind.set(key, [...others, { version, read: readExtracted(extractor) }]);
  }
  return (group, object) => {
    const found = byKind.get(`${group}/${object.kind ?? ''}`);
    if (found === undefined) return [];
    const version = (object.apiVersion ?? '').slice((object.apiVersion ?? '').indexOf('/') + 1);
    return found.filter((one) => one.version === undefined || one.version === version).map(({ read }) => read);
  };
}
