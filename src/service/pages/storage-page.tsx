import { type AgeCount, ageRanges, sumAges } from '../../report/inventory-ages.ts';
import type { InventoryHeader, InventoryRepository } from '../../systems/history/contract.ts';
import type { HttpParts } from '../http/parts.ts';
import { AgeHistogram } from '../pictures/age-histogram.tsx';
import { Treemap } from '../pictures/treemap.tsx';
import type { TileGroup } from '../pictures/treemap-layout.ts';
import { storagePath } from '../views/image-key.ts';
import type { Remembered } from '../views/remembered.ts';
import {
  type RegistryParts,
  type RepositoryParts,
  registryOf,
  registryParts,
  repositoryOf,
  repositoryPage,
  repositoryParts,
  type TablePage,
  type TagPage,
  tagPage,
} from '../views/storage-view.ts';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { Bytes, Count, countedWith, shortBytes } from './parts/amount.tsx';
import { At } from './parts/time.tsx';
import { type PageContext, show } from './show.ts';
import { ColourLinks } from './storage-colours.tsx';
import { type Looked, lookedFor } from './storage-looked.ts';
import { RepositoryTable, TagTable } from './storage-tables.tsx';
import { registryTiles, repositoryTiles, type TileSetting, tileLegend } from './storage-tiles.ts';

/** What a picture shows one by one; the rest is one tile. */
const PARTS = { repositories: 14, tags: 5 };
const TAGS_OF_ONE = 60;
const ROWS = 50;

/** What takes longest to add up is remembered for as long as its inventory is the newest. */
export interface KeptCounts {
  readonly registries: Remembered<RegistryParts>;
  readonly repositories: Remembered<RepositoryParts>;
}

/** `/storage/:target`: where is the space? With `?repository=` the same of one repository. */
export async function showStorage(context: PageContext, parts: HttpParts, kept: KeptCounts): Promise<Response> {
  const { history } = parts;
  const target = context.req.param('target') ?? '';
  const looked = lookedFor(context);
  const [frame, header] = await Promise.all([frameOf(context, parts), registryOf(history, target)]);
  const repositories = await history.inventoryRepositories(target);
  const setting = { target, basePath: frame.basePath, colour: looked.colour, madeAtMs: header.madeAtMs };
  const common = { frame, header, looked };
  if (looked.repository === undefined) {
    const groups = registryTiles(
      await kept.registries.of(header, 'parts', () => registryParts(history, header, repositories, PARTS)),
      setting,
    );
    const page = repositoryPage(repositories, { text: looked.text, sort: looked.sort, page: looked.page, size: ROWS });
    const ages = sumAges(repositories.map((one) => one.ages));
    return show(context, <Registry {...common} ages={ages} groups={groups} page={page} />);
  }
  const repository = repositoryOf(repositories, target, looked.repository);
  return show(
    context,
    <Repository
      {...common}
      repository={repository}
      ages={repository.ages}
      {...(await repositoryData(parts, kept, header, setting, repository, looked))}
    />,
  );
}

async function repositoryData(
  { history }: HttpParts,
  kept: KeptCounts,
  header: InventoryHeader,
  setting: TileSetting,
  repository: InventoryRepository,
  { text, verdict, tagSort, page }: Looked,
) {
  const query = {
    ...{ repository: repository.name, sort: tagSort },
    ...(text !== undefined && { text }),
    ...(verdict !== undefined && { verdict }),
  };
  const [parts, found] = await Promise.all([
    kept.repositories.of(header, repository.name, () =>
      repositoryParts(history, setting.target, repository, TAGS_OF_ONE),
    ),
    tagPage(history, setting.target, query, { page, size: ROWS }),
  ]);
  return { groups: [{ ...repositoryTiles(parts, setting), name: '' }], page: found };
}

interface Common {
  readonly frame: Frame;
  readonly header: InventoryHeader;
  readonly looked: Looked;
  readonly ages: readonly AgeCount[];
  readonly groups: readonly TileGroup[];
}

function Registry(props: Common & { readonly page: TablePage<InventoryRepository> }) {
  const { frame, header, looked, ages, groups, page } = props;
  return (
    <Page frame={frame} title={header.target} here="/storage">
      <p class="crumbs">
        <a href={`${frame.basePath}/storage`}>Storage</a>
      </p>
      <h1>{header.target}</h1>
      <section class="sheet" aria-label="Sums">
        <dl class="figures">
          <Figure name="bytes" big of={header.bytes} />
          <Figure name="reclaimable now" of={header.reclaimableBytes} />
          <Figure name="shared across repositories" of={header.sharedBytes} />
          <Figure name="without a tag" of={header.untaggedBytes} />
        </dl>
        <p class="hint">
          {countedWith(header.repositories, 'repository')}, {countedWith(header.tags, 'tag')},{' '}
          {countedWith(header.images, 'image')}, as of <At ms={header.madeAtMs} nowMs={frame.nowMs} />, by a plan of{' '}
          <code>{header.flow}</code>. Each blob counts once.
        </p>
        {header.gaps > 0 && (
          <p class="notice tone-warn">{`${countedWith(header.gaps, 'gap')} in what could be seen: what hangs on that was kept.`}</p>
        )}
        <p>
          <a class="button" href={`${frame.basePath}/storage/${encodeURIComponent(header.target)}/try`}>
            What if the policies were others?
          </a>{' '}
          <a class="button" href={`${frame.basePath}/images/${encodeURIComponent(header.target)}`}>
            Find an image
          </a>
        </p>
      </section>
      <section class="sheet" aria-labelledby="where">
        <h2 id="where">Where the space is</h2>
        <ColourLinks frame={frame} header={header} looked={looked} />
        <Treemap
          groups={groups}
          legend={tileLegend(looked.colour)}
          title={`${header.target}: ${shortBytes(header.bytes)}`}
        />
        <RepositoryTable frame={frame} header={header} looked={looked} page={page} />
      </section>
      <Ages ages={ages} />
    </Page>
  );
}

function Repository(props: Common & { readonly repository: InventoryRepository; readonly page: TagPage }) {
  const { frame, header, looked, ages, groups, repository, page } = props;
  const { name, exclusiveBytes, sharedInsideBytes, sharedOutsideBytes, untaggedBytes, goingBytes } = repository;
  return (
    <Page frame={frame} title={name} here="/storage">
      <p class="crumbs">
        <a href={`${frame.basePath}/storage`}>Storage</a> ›{' '}
        <a href={`${frame.basePath}${storagePath(header.target, { colour: looked.colour })}`}>{header.target}</a>
      </p>
      <h1>{name}</h1>
      <section class="sheet" aria-label="Sums">
        <dl class="figures">
          <Figure name="held by it alone" big of={exclusiveBytes} />
          <Figure name="of these, shared by its tags" of={sharedInsideBytes} />
          <Figure name="of these, without a tag" of={untaggedBytes} />
          <Figure name="freed by the plan here" of={goingBytes} />
          <Figure name="besides, shared with others" of={sharedOutsideBytes} />
        </dl>
        <p class="hint">
          <Count of={repository.tags} /> tags, of which <Count of={repository.goingTags} /> go;{' '}
          <Count of={repository.images} /> images; as of <At ms={header.madeAtMs} nowMs={frame.nowMs} />.
        </p>
      </section>
      <section class="sheet" aria-labelledby="where">
        <h2 id="where">Where the space is</h2>
        <ColourLinks frame={frame} header={header} looked={looked} />
        <Treemap
          groups={groups}
          legend={tileLegend(looked.colour)}
          title={`${name}: ${shortBytes(exclusiveBytes)} held by it alone`}
        />
        <TagTable frame={frame} header={header} looked={looked} page={page} />
      </section>
      <Ages ages={ages} />
    </Page>
  );
}

function Figure({ name, of, big = false }: { readonly name: string; readonly of: number; readonly big?: boolean }) {
  return (
    <div class={big ? 'big' : undefined}>
      <dt>{name}</dt>
      <dd>
        <Bytes of={of} />
      </dd>
    </div>
  );
}

function Ages({ ages }: { readonly ages: readonly AgeCount[] }) {
  const buckets = ageRanges.map(({ words }, n) => ({ words, byVerdict: ages[n] ?? noTags }));
  return (
    <section class="sheet" aria-labelledby="ages">
      <h2 id="ages">Ages of tags</h2>
      <AgeHistogram
        buckets={buckets}
        title="Bytes that each tag holds alone, by the age of its image and what becomes of it"
      />
    </section>
  );
}

const none = { tags: 0, bytes: 0 };
const noTags: AgeCount = { goes: none, stays: none, used: none };
