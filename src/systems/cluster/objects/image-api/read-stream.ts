import type { KubeObject } from '../../contract.ts';

/*
 * An ImageStream of image.openshift.io/v1, as far as it is read. What its spec asks for keeps nothing: its history does.
 *
 *   metadata      namespace, name, creationTimestamp
 *   status.tags   [{tag, items: [{created, image: "sha256:…", dockerImageReference, generation}]}]     newest first
 */

/** An item of a tag's history, as it stands in a stream. */
export interface HistoryItem {
  readonly tag: string;
  /** 0 is the tag's newest. */
  readonly index: number;
  readonly image: string;
  readonly created: unknown;
}

/** @returns undefined when its history can't be read. */
export function readHistory(stream: KubeObject): readonly HistoryItem[] | undefined {
  const status = fieldsOf(stream['status']);
  const tags = status?.['tags'] ?? [];
  if (!Array.isArray(tags)) return undefined;
  const history: HistoryItem[] = [];
  for (const one of tags as readonly unknown[]) {
    const { tag, items } = fieldsOf(one) ?? {};
    if (typeof tag !== 'string' || !(items === undefined || items === null || Array.isArray(items))) return undefined;
    for (const [index, item] of ((items ?? []) as readonly unknown[]).entries()) {
      const { image, created } = fieldsOf(item) ?? {};
      if (typeof image !== 'string') return undefined;
      history.push({ tag, index, image, created });
    }
  }
  return history;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
