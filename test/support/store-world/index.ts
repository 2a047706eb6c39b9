/** Registries' storages for tests: see world.ts for how one is described. */
export { type BuiltStore, buildStore, storePlaces } from './build-store.ts';
export { type EvidenceWords, surveyInWords } from './evidence-words.ts';
export { artifact, image, index, raw, schema1, strange } from './manifests.ts';
export { foldersBelow, listFiles, listTree } from './tree-listing.ts';
export { type ManifestSpec, type RepositorySpec, type StoreWorld, WRITTEN_AT_MS } from './world.ts';
