import { imagePath, readKey, tagPath } from '../views/image-key.ts';
import type { Keeper } from '../views/keepers.ts';
import type { Frame } from './frame.ts';
import { verdictWords } from './storage-tiles.ts';

/** How a key is written on pages, and where it leads, without the base path. */
export interface KeyWords {
  readonly kind: string;
  readonly words: string;
  readonly path?: string;
}

/** @param key - as links of an inventory have it */
export function keyWords(target: string, key: string): KeyWords {
  const parts = readKey(target, key);
  switch (parts.kind) {
    case 'image': {
      const { repository, digest } = parts;
      return {
        kind: 'image',
        words: `${repository}@${digest.slice(0, 19)}…`,
        path: imagePath(target, repository, digest),
      };
    }
    case 'tag': {
      const { repository, tag } = parts;
      return { kind: 'tag', words: `${repository}:${tag}`, path: tagPath(target, repository, tag) };
    }
    case 'workload':
    case 'record':
    case 'reference':
      return { kind: parts.kind, words: parts.name };
  }
}

/** A key that leads on, where there is a page of it. */
export function KeyLink({
  frame,
  target,
  of,
}: {
  readonly frame: Frame;
  readonly target: string;
  readonly of: string;
}) {
  const { kind, words, path } = keyWords(target, of);
  if (path !== undefined) return <a href={`${frame.basePath}${path}`}>{words}</a>;
  return (
    <>
      <span class="hint">{kind}</span> {words}
    </>
  );
}

/** A fact with several things and what becomes of each; nothing where there are none. */
export function KeyList(props: {
  readonly name: string;
  readonly frame: Frame;
  readonly target: string;
  readonly keepers: readonly Keeper[];
}) {
  const { name, frame, target, keepers } = props;
  if (keepers.length === 0) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <ul class="bare">
          {keepers.slice(0, 50).map(({ key, verdict, reason }) => (
            <li>
              <KeyLink frame={frame} target={target} of={key} />{' '}
              {verdict !== undefined && <span class="hint">{`${verdictWords[verdict]}: ${reason ?? ''}`}</span>}
            </li>
          ))}
          {keepers.length > 50 && <li>{`and ${keepers.length - 50} more`}</li>}
        </ul>
      </dd>
    </>
  );
}
