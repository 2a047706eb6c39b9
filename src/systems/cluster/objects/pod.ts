import { at, fieldsOf, isAbsent, type UseReader, type UseSink } from './image-use.ts';
import { eachNamed, readPodSpec } from './pod-spec.ts';

/*
 * What a Pod's status says of what really runs:
 *
 *   phase   Pending Running Succeeded Failed Unknown
 *   initContainerStatuses, containerStatuses, ephemeralContainerStatuses
 *           [{name, image, imageID, volumeMounts: [{name, volumeStatus: {image: {imageRef}}}]}]
 *
 * An imageID is what the runtime makes of it: `docker-pullable://HOST/NAME@DIGEST`, `HOST/NAME@DIGEST`, `docker://DIGEST`, `DIGEST`, 64
 * hexadecimal digits. Without a name it is the digest of the image's config.
 */

const statusLists = {
  initContainerStatuses: 'init container',
  containerStatuses: 'container',
  ephemeralContainerStatuses: 'ephemeral container',
} as const;

/** Phases after which no container of a pod runs, or ever will. `Unknown` is none: a node that does not answer may well be at work. */
const endedPhases: ReadonlySet<unknown> = new Set(['Succeeded', 'Failed']);

/** Reads a pod: what it asks for, and what it runs. */
export const readPod: UseReader = (pod, say) => {
  readPodSpec(pod['spec'], say);
  const status = fieldsOf(pod['status']);
  if (status === undefined) return undefined;
  readStatus(status, say);
  const { phase } = status;
  return typeof phase === 'string' && phase !== '' ? { state: phase, ended: endedPhases.has(phase) } : undefined;
};

/** A runtime's name of an image without what the runtime puts before it. */
export function plainImageId(imageId: string): string {
  const plain = imageId.replace(/^[a-z][a-z0-9+.-]*:\/\//, '');
  return /^[0-9a-f]{64}$/.test(plain) ? `sha256:${plain}` : plain;
}

function readStatus(status: Readonly<Record<string, unknown>>, say: UseSink): void {
  for (const [list, word] of Object.entries(statusLists))
    eachNamed(status[list], word, say, (container, where) => {
      const { image, imageID, volumeMounts } = container;
      say.image(typeof imageID === 'string' ? plainImageId(imageID) : imageID, where);
      say.image(typeof image === 'string' ? plainImageId(image) : image, where);
      if (isAbsent(volumeMounts)) return;
      eachNamed(volumeMounts, 'volume', say, (mount, volume) =>
        say.image(at(mount, 'volumeStatus', 'image', 'imageRef'), volume),
      );
    });
}
