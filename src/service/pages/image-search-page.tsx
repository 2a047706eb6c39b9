import type { HttpParts } from '../http/parts.ts';
import { imagePath, storagePath } from '../views/image-key.ts';
import { type Found, findImages } from '../views/image-view.ts';
import { registryOf } from '../views/storage-view.ts';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { countedWith } from './parts/amount.tsx';
import { Scroll } from './parts/scroll.tsx';
import { leadTo, type PageContext, queryOf, show } from './show.ts';
import { VerdictWord } from './verdict-word.tsx';

/** `/images/:target?ref=` (or `?text=`): finds a tag or a digest, and leads to its image where there is just one. */
export async function findImage(context: PageContext, parts: HttpParts): Promise<Response> {
  const target = context.req.param('target') ?? '';
  const text = (queryOf(context, 'ref') ?? queryOf(context, 'text'))?.slice(0, 400);
  const [frame] = await Promise.all([frameOf(context, parts), registryOf(parts.history, target)]);
  const found = text === undefined ? undefined : await findImages(parts.history, target, text);
  if (found !== undefined && 'exactly' in found)
    return leadTo(context, imagePath(target, found.exactly.repository, found.exactly.digest));
  return show(context, <Search frame={frame} target={target} text={text ?? ''} found={found} />);
}

function Search(props: {
  readonly frame: Frame;
  readonly target: string;
  readonly text: string;
  readonly found: Extract<Found, { readonly tags: unknown }> | undefined;
}) {
  const { frame, target, text, found } = props;
  return (
    <Page frame={frame} title={`Images of ${target}`} here="/storage">
      <p class="crumbs">
        <a href={`${frame.basePath}/storage`}>Storage</a> ›{' '}
        <a href={`${frame.basePath}${storagePath(target)}`}>{target}</a>
      </p>
      <h1>Find an image</h1>
      <SearchBox frame={frame} target={target} text={text} />
      {found !== undefined && (
        <section class="sheet" aria-labelledby="found">
          <h2 id="found">{countedWith(found.count, 'tag')}</h2>
          {found.tags.length === 0 ? (
            <p class="none">No tag has this in its name.</p>
          ) : (
            <Scroll name="Table of tags">
              <table>
                <tbody>
                  {found.tags.map(({ repository, tag, digest, verdict, reason }) => (
                    <tr>
                      <th scope="row" class="break">
                        {digest === undefined ? (
                          `${repository}:${tag}`
                        ) : (
                          <a
                            href={`${frame.basePath}${imagePath(target, repository, digest)}`}
                          >{`${repository}:${tag}`}</a>
                        )}
                      </th>
                      <td class="break">
                        <VerdictWord of={verdict} /> {reason}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )}
          {found.count > found.tags.length && (
            <p class="hint">{`The first ${found.tags.length}: say more of the name.`}</p>
          )}
        </section>
      )}
    </Page>
  );
}

/** Looks for a tag, a digest, or part of a name. */
export function SearchBox({
  frame,
  target,
  text,
}: {
  readonly frame: Frame;
  readonly target: string;
  readonly text: string;
}) {
  return (
    <search>
      <form class="filter" method="get" action={`${frame.basePath}/images/${encodeURIComponent(target)}`}>
        <div class="field wide">
          <label for="ref">Tag, digest, or part of a name</label>
          <input id="ref" name="ref" type="search" value={text} placeholder="team/app:v1" />
        </div>
        <button type="submit">Find</button>
      </form>
    </search>
  );
}
