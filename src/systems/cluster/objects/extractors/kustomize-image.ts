import { fieldsOf, type UseSink } from '../image-use.ts';

/*
 * An entry of `images` in a kustomization: another name, tag or digest for an image of its resources.
 *
 *   {name: web, newName: registry.example/shop/web, newTag: v2, digest: sha256:…}
 *
 * See https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */

/** Tells what a kustomization puts in place of an image. */
export function readKustomizeImage(entry: unknown, where: string, say: UseSink): void {
  const { name, newName, newTag, digest } = fieldsOf(entry) ?? {};
  const repository = typeof newName === 'string' && newName !== '' ? newName : name;
  if (typeof repository !== 'string') {
    say.image({ images: entry }, where);
    return;
  }
  const tag = typeof newTag === 'string' || typeof newTag === 'number' ? String(newTag) : '';
  if (typeof digest === 'string' && digest !== '') say.image(`${repository}@${digest}`, where);
  else if (tag !== '') say.image(`${repository}:${tag}`, where);
  // The tag stays as the resources have it, at another name: any of its tags may be meant.
  else if (repository !== name) say.image({ repository, tag: 'as in its resources' }, where);
}
