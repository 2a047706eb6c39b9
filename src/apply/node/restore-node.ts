import type { Runtime } from '../../systems/runtime/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { Removed, Restored } from '../undo.ts';
import type { SavedImage } from './node-doer.ts';

/**
 * Images come back by being pulled: by digest, then their tags. A tag that its registry has on another image by now stays away. Containers and
 * sandboxes do not come back: whoever needs them makes new ones.
 */
export function restoreOnNode(runtime: Runtime): (one: Removed, signal: AbortSignal) => Promise<Restored> {
  return async ({ action, saved }, signal) => {
    if (action.do === 'release-content')
      return { result: 'impossible', why: 'packed layers come back when the image is removed and pulled again' };
    if (action.do !== 'remove-image')
      return {
        result: 'impossible',
        why: 'containers and sandboxes are not made again: the kubelet makes what is needed',
      };
    const { tags = [], digests = [] } = (saved ?? {}) as Partial<SavedImage>;
    if ((await runtime.image(action.target.key, signal)) !== undefined) return { result: 'already-there' };
    const [digest] = digests;
    if (digest === undefined)
      return { result: 'impossible', why: 'it had no name with a digest by which it could be pulled' };
    const refusal = await pull(runtime, digest, action.target.key, signal);
    if (refusal !== undefined) return { result: 'impossible', why: refusal };
    if ((await runtime.image(action.target.key, signal)) === undefined)
      return { result: 'conflict', why: `${digest} is another image there now` };
    const moved: string[] = [];
    for (const tag of tags) if (!(await tagAgain(runtime, tag, action.target.key, signal))) moved.push(tag);
    return moved.length === 0
      ? { result: 'restored' }
      : {
          result: 'conflict',
          why: `it is back, without ${moved.join(', ')}: its registry has another image there now`,
        };
  };
}

/** @returns why this runtime pulls nothing at all */
async function pull(runtime: Runtime, digest: string, id: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    await runtime.pull(digest, signal, id);
    return undefined;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'RUNTIME_UNSUPPORTED')
      return `${error.message}; it is still to be had by way of cri://, or by \`ctr images pull\``;
    throw error;
  }
}

async function tagAgain(runtime: Runtime, tag: string, id: string, signal: AbortSignal): Promise<boolean> {
  await runtime.tag(tag, id, signal);
  return (await runtime.image(id, signal))?.tags.includes(tag) === true;
}
