import { at, fieldsOf, isAbsent, type UseReader, type UseSink } from './image-use.ts';

/*
 * The images that an ImageStream stands for, in registries anywhere:
 *
 *   spec.tags     [{name, from: {kind: DockerImage, name}}]
 *   status.tags   [{tag, items: [{dockerImageReference}]}]
 *
 * Streams use images of a registry just as pods do: pods pull through them. Their own registry's images are another matter.
 */

/** Reads an ImageStream as a user of images. */
export const readImageStream: UseReader = (stream, say) => {
  eachOf(at(stream, 'spec', 'tags'), 'tag', say, (tag) => {
    const from = fieldsOf(tag['from']);
    if (from?.['kind'] === 'DockerImage') say.image(from['name'], `tag ${String(tag['name'])}`);
  });
  eachOf(at(stream, 'status', 'tags'), 'tag', say, (tag) => {
    eachOf(tag['items'], 'tag', say, (item) => say.image(item['dockerImageReference'], `tag ${String(tag['tag'])}`));
  });
  return undefined;
};

function eachOf(
  list: unknown,
  where: string,
  say: UseSink,
  take: (fields: Readonly<Record<string, unknown>>) => void,
): void {
  if (isAbsent(list)) return;
  if (!Array.isArray(list)) {
    say.image({ [where]: list }, where);
    return;
  }
  for (const item of list as readonly unknown[]) {
    const fields = fieldsOf(item);
    if (fields !== undefined) take(fields);
    else if (!isAbsent(item)) say.image({ [where]: item }, where);
  }
}
