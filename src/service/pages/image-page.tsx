import type { HttpParts } from '../http/parts.ts';
import { imagePath, readReference, storagePath } from '../views/image-key.ts';
import { type ImageView, imageViewOf, unseen } from '../views/image-view.ts';
import { type Frame, frameOf } from './frame.ts';
import { KeyLink, KeyList } from './image-key-link.tsx';
import { ImageLayers } from './image-layers.tsx';
import { SearchBox } from './image-search-page.tsx';
import { ImageWay } from './image-way.tsx';
import { Page } from './layout.tsx';
import { Bytes, countedWith } from './parts/amount.tsx';
import { At } from './parts/time.tsx';
import { type PageContext, show } from './show.ts';
import { VerdictWord } from './verdict-word.tsx';

/** `/images/:target/team/app@sha256:…`: what is it, and what keeps it? */
export async function showImage(context: PageContext, parts: HttpParts): Promise<Response> {
  const target = context.req.param('target') ?? '';
  const text = context.req.param('image') ?? '';
  const reference = readReference(text);
  if (reference?.kind !== 'image') throw unseen(target, text);
  const [frame, view] = await Promise.all([
    frameOf(context, parts),
    imageViewOf(parts.history, target, reference.repository, reference.digest),
  ]);
  return show(context, <Image frame={frame} view={view} />);
}

interface ImageProps {
  readonly frame: Frame;
  readonly view: ImageView;
}

function Image({ frame, view }: ImageProps) {
  const { header, image } = view;
  const { target } = header;
  const { repository, digest } = image;
  return (
    <Page frame={frame} title={`${repository}@${digest.slice(0, 19)}`} here="/storage">
      <p class="crumbs">
        <a href={`${frame.basePath}/storage`}>Storage</a> ›{' '}
        <a href={`${frame.basePath}${storagePath(target)}`}>{target}</a> ›{' '}
        <a href={`${frame.basePath}${storagePath(target, { repository })}`}>{repository}</a>
      </p>
      <h1>{`${repository}@${digest.slice(0, 19)}…`}</h1>
      <Facts frame={frame} view={view} />
      <ImageWay frame={frame} view={view} />
      <Users frame={frame} view={view} />
      <ImageLayers frame={frame} view={view} />
      <SearchBox frame={frame} target={target} text="" />
    </Page>
  );
}

function Facts({ frame, view }: ImageProps) {
  const { header, image, tags, parents, keeps, elsewhere, wouldChange } = view;
  const { nowMs, basePath } = frame;
  const attributes = Object.entries(image.attributes ?? {});
  return (
    <section class="sheet" aria-labelledby="what">
      <h2 id="what">What it is</h2>
      <p>
        <VerdictWord of={image.verdict} /> {image.reason}.
      </p>
      {wouldChange !== undefined && <p>{`For it to ${image.verdict === 'goes' ? 'stay' : 'go'}, ${wouldChange}.`}</p>}
      <dl class="facts">
        <dt>Digest</dt>
        <dd>
          <code>{image.digest}</code>
        </dd>
        <dt>Media type</dt>
        <dd>{image.mediaType ?? <span class="none">not told</span>}</dd>
        <dt>All that it reaches</dt>
        <dd>
          <Bytes of={image.bytes} />
        </dd>
        <dt>Created</dt>
        <dd>{image.createdAtMs === undefined ? <Unknown /> : <At ms={image.createdAtMs} nowMs={nowMs} />}</dd>
        <dt>Last used</dt>
        <dd>{image.lastUsedAtMs === undefined ? <Unknown /> : <At ms={image.lastUsedAtMs} nowMs={nowMs} />}</dd>
        <KeyList name="Tags" frame={frame} target={header.target} keepers={tags} />
        <KeyList name="Listed by" frame={frame} target={header.target} keepers={parents} />
        {keeps.length > 0 && (
          <>
            <dt>It keeps</dt>
            <dd>
              <ul class="bare">
                {keeps.map(({ key, as }) => (
                  <li>
                    <KeyLink frame={frame} target={header.target} of={key} />{' '}
                    <span class="hint">{keepsWords[as] ?? as}</span>
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
        {elsewhere.length > 0 && (
          <>
            <dt>Also in</dt>
            <dd>
              <ul class="bare">
                {elsewhere.slice(0, 20).map(({ repository, digest }) => (
                  <li>
                    <a href={`${basePath}${imagePath(header.target, repository, digest)}`}>{repository}</a>
                  </li>
                ))}
                {elsewhere.length > 20 && <li>{`and ${countedWith(elsewhere.length - 20, 'more repository')}`}</li>}
              </ul>
            </dd>
          </>
        )}
        {attributes.map(([name, value]) => (
          <>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      <p class="hint">
        As of <At ms={header.madeAtMs} nowMs={nowMs} />.
      </p>
    </section>
  );
}

const keepsWords: Readonly<Record<string, string>> = {
  child: 'an image of this index',
  subject: 'belongs to it: a signature, an SBOM, an attestation',
  'referrer-tag': 'a tag that names what belongs to it',
  alias: 'the same content by another digest',
  opaque: 'mentioned by what can not be read',
};

function Unknown() {
  return <span class="none">unknown</span>;
}

/** Where it runs, and whose it is. */
function Users({ frame, view: { users, header, keepers } }: ImageProps) {
  return (
    <section class="sheet" aria-labelledby="users">
      <h2 id="users">Where it runs, and whose it is</h2>
      {users.length === 0 ? (
        <p class="none">Nobody was seen to run it, and no record names it.</p>
      ) : (
        <ul>
          {users.slice(0, 100).map(({ key }) => (
            <li>
              <KeyLink frame={frame} target={header.target} of={key} />
            </li>
          ))}
          {users.length > 100 && <li>{`and ${users.length - 100} more`}</li>}
        </ul>
      )}
      {keepers.cut && <p class="hint">There are more than are looked at here.</p>}
    </section>
  );
}
