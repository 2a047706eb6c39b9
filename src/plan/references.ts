import type { ReferenceRules } from '../evidence/reference-rules.ts';

/** Where images are named in a kind of object that Winnow does not know: see `ImageExtractor` of the clusters. */
export interface CustomResource {
  readonly group: string;
  readonly kind: string;
  readonly resource: string;
  readonly images?: readonly string[];
  readonly podSpecs?: readonly string[];
  readonly values?: readonly string[];
}

/** How names of images in clusters were understood when a plan was made: they are understood the same way while it is applied. */
export interface PlanReferences extends ReferenceRules {
  readonly customResources: readonly CustomResource[];
}
