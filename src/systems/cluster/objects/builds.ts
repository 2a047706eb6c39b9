import { at, fieldsOf, isAbsent, type UseReader, type UseSink } from './image-use.ts';

/*
 * What a Build or a BuildConfig is made from:
 *
 *   spec.strategy.{sourceStrategy,dockerStrategy,customStrategy}.from   {kind, name, namespace}
 *   spec.source.images                                                  [{from: {kind, name, namespace}}]
 *
 * What it makes, `spec.output.to`, is no use. See
 * https://docs.openshift.com/container-platform/4.16/rest_api/workloads_apis/buildconfig-build-openshift-io-v1.html
 */

const strategies = {
  sourceStrategy: 'source strategy',
  dockerStrategy: 'docker strategy',
  customStrategy: 'custom strategy',
} as const;

/** Reads a Build or a BuildConfig. */
export const readBuild: UseReader = (build, say) => {
  const namespace = typeof build.metadata?.namespace === 'string' ? build.metadata.namespace : '';
  const strategy = at(build, 'spec', 'strategy');
  for (const [field, words] of Object.entries(strategies)) readFrom(at(strategy, field, 'from'), namespace, words, say);
  const images = at(build, 'spec', 'source', 'images');
  if (isAbsent(images)) return undefined;
  if (!Array.isArray(images)) {
    say.image({ images }, 'source image');
    return undefined;
  }
  for (const image of images as readonly unknown[]) readFrom(at(image, 'from'), namespace, 'source image', say);
  return undefined;
};

/**
 * Tells what an object reference of OpenShift names.
 *
 * @param namespace - of who refers: the default.
 */
export function readFrom(from: unknown, namespace: string, where: string, say: UseSink): void {
  if (isAbsent(from)) return;
  const { kind, name, namespace: named } = fieldsOf(from) ?? {};
  if (typeof kind !== 'string' || typeof name !== 'string') {
    say.image({ from }, where);
    return;
  }
  if (name.trim() === '') return;
  const full = `${typeof named === 'string' && named !== '' ? named : namespace}/${name}`;
  if (kind === 'DockerImage') say.image(name, where);
  else if (kind === 'ImageStreamImage' && count(name, '@') === 1) say.stream(full, where);
  else if (kind === 'ImageStreamTag' && count(name, ':') === 1 && !name.includes('@')) say.stream(full, where);
  // Neither a name of a tag nor of an image: with a space in it, nobody reads it as one.
  else say.stream(`${kind} ${full}`, where);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
