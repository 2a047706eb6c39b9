import type { Child } from 'hono/jsx';
import type { InventoryHeader, InventoryRepository } from '../../systems/history/contract.ts';
import { imagePath, storagePath } from '../views/image-key.ts';
import type { TablePage, TagPage } from '../views/storage-view.ts';
import type { Frame } from './frame.ts';
import { Bytes, Count, countedWith, shortBytes } from './parts/amount.tsx';
import { Options } from './parts/options.tsx';
import { Scroll } from './parts/scroll.tsx';
import { At } from './parts/time.tsx';
import { type Looked, lookedQuery, verdicts } from './storage-looked.ts';
import { verdictWords } from './storage-tiles.ts';
import { VerdictWord } from './verdict-word.tsx';

interface TableProps {
  readonly frame: Frame;
  readonly header: InventoryHeader;
  readonly looked: Looked;
}

/** All repositories, as the picture above has them, with a filter, sorted by a click on a head. */
export function RepositoryTable({ page, ...props }: TableProps & { readonly page: TablePage<InventoryRepository> }) {
  const { frame, header, looked } = props;
  const to = (name: string) =>
    `${frame.basePath}${storagePath(header.target, { repository: name, colour: looked.colour })}`;
  return (
    <>
      <Filter {...props} label="Repository" />
      <Scroll name="Table of repositories">
        <table>
          <caption>{countedWith(page.count, 'repository')}</caption>
          <thead>
            <tr>
              <Head {...props} sort="name" words="repository" />
              <Head {...props} sort="bytes" words="held alone" num />
              <Plain words="shared inside" />
              <Plain words="without a tag" />
              <Plain words="shared with others" />
              <Head {...props} sort="reclaimable" words="reclaimable" num />
              <Head {...props} sort="tags" words="tags" num />
              <Plain words="tags that go" />
              <Head {...props} sort="newest" words="newest image" />
            </tr>
          </thead>
          <tbody>
            {page.rows.map((one) => (
              <tr>
                <th scope="row" class="break">
                  <a href={to(one.name)}>{one.name}</a>
                </th>
                {[
                  one.exclusiveBytes,
                  one.sharedInsideBytes,
                  one.untaggedBytes,
                  one.sharedOutsideBytes,
                  one.goingBytes,
                ].map((bytes) => (
                  <td class="num">
                    <Bytes of={bytes} />
                  </td>
                ))}
                <td class="num">
                  <Count of={one.tags} />
                </td>
                <td class="num">
                  <Count of={one.goingTags} />
                </td>
                <td>{one.newestAtMs === undefined ? <Unknown /> : <At ms={one.newestAtMs} nowMs={frame.nowMs} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <Pages {...props} page={page} />
    </>
  );
}

/** The tags of a repository. */
export function TagTable({ page, ...props }: TableProps & { readonly page: TagPage }) {
  const { frame, header } = props;
  return (
    <>
      <Filter {...props} label="Tag" withVerdict />
      <Scroll name="Table of tags">
        <table>
          <caption>{`${countedWith(page.count, 'tag')}, which hold ${shortBytes(page.exclusiveBytes)} each alone`}</caption>
          <thead>
            <tr>
              <Head {...props} sort="name" words="tag" />
              <Head {...props} sort="exclusiveBytes" words="held alone" num />
              <Plain words="all of it" />
              <Head {...props} sort="createdAt" words="created" />
              <Plain words="last used" left />
              <Plain words="what becomes of it" left />
            </tr>
          </thead>
          <tbody>
            {page.rows.map(
              ({ repository, tag, digest, exclusiveBytes, bytes, createdAtMs, lastUsedAtMs, verdict, reason }) => (
                <tr>
                  <th scope="row" class="break">
                    {digest === undefined ? (
                      tag
                    ) : (
                      <a href={`${frame.basePath}${imagePath(header.target, repository, digest)}`}>{tag}</a>
                    )}
                  </th>
                  <td class="num">
                    <Bytes of={exclusiveBytes} />
                  </td>
                  <td class="num">
                    <Bytes of={bytes} />
                  </td>
                  <td>{createdAtMs === undefined ? <Unknown /> : <At ms={createdAtMs} nowMs={frame.nowMs} />}</td>
                  <td>{lastUsedAtMs === undefined ? <Unknown /> : <At ms={lastUsedAtMs} nowMs={frame.nowMs} />}</td>
                  <td class="break">
                    <VerdictWord of={verdict} /> {reason}
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </Scroll>
      <Pages {...props} page={page} />
    </>
  );
}

function Unknown() {
  return <span class="none">unknown</span>;
}

function Plain({ words, left = false }: { readonly words: Child; readonly left?: boolean }) {
  return (
    <th scope="col" class={left ? undefined : 'num'}>
      {words}
    </th>
  );
}

/** A head that sorts. */
function Head(props: TableProps & { readonly sort: string; readonly words: string; readonly num?: boolean }) {
  const { frame, header, looked, sort, words, num = false } = props;
  const here = looked.repository === undefined ? looked.sort : looked.tagSort;
  const order = sort === 'name' ? 'ascending' : 'descending';
  const href = `${frame.basePath}${storagePath(header.target, lookedQuery(looked, { sort, page: undefined }))}`;
  return (
    <th scope="col" class={num ? 'num' : undefined} aria-sort={here === sort ? order : undefined}>
      <a href={href}>{words}</a>
      {here === sort && <span aria-hidden="true">{order === 'ascending' ? ' ▴' : ' ▾'}</span>}
    </th>
  );
}

function Filter(props: TableProps & { readonly label: string; readonly withVerdict?: boolean }) {
  const { frame, header, looked, label, withVerdict = false } = props;
  const kept = lookedQuery(looked, { text: undefined, verdict: undefined, page: undefined });
  const plain = storagePath(header.target, kept);
  return (
    <form class="filter" method="get" action={`${frame.basePath}${storagePath(header.target)}`}>
      {Object.entries(kept).map(([name, value]) =>
        value === undefined ? null : <input type="hidden" name={name} value={value} />,
      )}
      <div class="field">
        <label for="text">{`${label} contains`}</label>
        <input id="text" name="text" type="search" value={looked.text ?? ''} />
      </div>
      {withVerdict && (
        <div class="field">
          <label for="verdict">What becomes of it</label>
          <Options
            name="verdict"
            chosen={looked.verdict}
            options={verdicts.map((value) => ({ value, words: verdictWords[value] }))}
          />
        </div>
      )}
      <button type="submit">Show</button>
      {(looked.text !== undefined || looked.verdict !== undefined) && <a href={`${frame.basePath}${plain}`}>All</a>}
    </form>
  );
}

function Pages(props: TableProps & { readonly page: TablePage<unknown> }) {
  const { frame, header, looked } = props;
  const { page, pages } = props.page;
  if (pages === 1) return null;
  const to = (n: number) => `${frame.basePath}${storagePath(header.target, lookedQuery(looked, { page: `${n}` }))}`;
  return (
    <nav class="pages" aria-label="More rows">
      {page > 1 && (
        <a rel="prev" href={to(page - 1)}>
          Before
        </a>
      )}
      <span>{`Page ${page} of ${pages}`}</span>
      {page < pages && (
        <a rel="next" href={to(page + 1)}>
          Next
        </a>
      )}
    </nav>
  );
}
