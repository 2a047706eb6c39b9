import { at, fieldsOf, type UseSink } from '../image-use.ts';

/*
 * A source of Flux that lies in a registry (an OCIRepository):
 *
 *   spec.url                   oci://registry.example/shop/manifests
 *   spec.ref                   {tag, semver, digest}       nothing: latest
 *   status.artifact.revision   v1@sha256:…                 what it has
 *
 * See https://fluxcd.io/flux/components/source/ocirepositories/
 */

/** Tells what an OCIRepository names. */
export function readOciSource(source: unknown, where: string, say: UseSink): void {
  const url = at(source, 'spec', 'url');
  if (typeof url !== 'string') {
    say.image({ url }, where);
    return;
  }
  const name = url.replace(/^oci:\/\//, '').replace(/\/$/, '');
  const { tag, semver, digest } = fieldsOf(at(source, 'spec', 'ref')) ?? {};
  if (typeof digest === 'string' && digest !== '') say.image(`${name}@${digest}`, where);
  // A range of versions may mean any tag.
  else if (typeof semver === 'string' && semver !== '') say.image({ repository: name, semver }, where);
  else say.image(typeof tag === 'string' && tag !== '' ? `${name}:${tag}` : `${name}:latest`, where);
  const revision = at(source, 'status', 'artifact', 'revision');
  const [, running] = typeof revision === 'string' ? (/@(sha\d+:[0-9a-f]+)$/.exec(revision) ?? []) : [];
  if (running !== undefined) say.image(`${name}@${running}`, where);
}
