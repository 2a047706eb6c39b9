import { ageRangeOf, ageRanges } from '../../report/inventory-ages.ts';
import type { InventoryRepository, InventoryTag } from '../../systems/history/contract.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import type { Look } from '../pictures/area.tsx';
import type { Tile, TileGroup } from '../pictures/treemap-layout.ts';
import { imagePath, storagePath } from '../views/image-key.ts';
import type { RegistryParts, RepositoryParts } from '../views/storage-view.ts';
import { countedWith } from './parts/amount.tsx';

/** What colours of a treemap say. */
export const tileColours = ['verdict', 'reclaim', 'age'] as const;
export type TileColour = (typeof tileColours)[number];

/** How tiles are coloured, and where they lead. */
export interface TileSetting {
  readonly target: string;
  readonly basePath: string;
  readonly colour: TileColour;
  /** To which ages are counted. */
  readonly madeAtMs: number;
}

const ageLooks: readonly Look[] = ['step-0', 'step-1', 'step-2', 'step-3', 'step-4', 'plain'];
/** Shares of a repository that can be had back, and how they are shown. */
const reclaimSteps: readonly { readonly look: Look; readonly words: string; readonly upTo: number }[] = [
  { look: 'step-0', words: 'nothing', upTo: 0 },
  { look: 'step-1', words: 'up to 10 %', upTo: 0.1 },
  { look: 'step-2', words: 'up to 25 %', upTo: 0.25 },
  { look: 'step-3', words: 'up to 50 %', upTo: 0.5 },
  { look: 'step-4', words: 'more', upTo: Number.POSITIVE_INFINITY },
];

/** What the colours of a treemap mean, in the order of its scale. */
export function tileLegend(colour: TileColour): readonly { readonly look: Look; readonly words: string }[] {
  const shared = [
    { look: 'shared', words: 'shared' },
    { look: 'untagged', words: 'without a tag' },
  ] as const;
  if (colour === 'verdict')
    return [
      { look: 'used', words: 'in use' },
      { look: 'stays', words: 'stays' },
      { look: 'goes', words: 'goes' },
      { look: 'mixed', words: 'several tags, of which some go' },
      ...shared,
    ];
  if (colour === 'age')
    return [
      ...ageRanges.map(({ words }, n) => ({ look: ageLooks[n] ?? 'plain', words })),
      { look: 'mixed' as const, words: 'several tags' },
      ...shared,
    ];
  return reclaimSteps.map(({ look, words }) => ({ look, words: `${words} can be had back` }));
}

/** A registry as groups of tiles, which add up to its bytes. */
export function registryTiles(parts: RegistryParts, setting: TileSetting): readonly TileGroup[] {
  const { header, repositories, otherRepositories } = parts;
  const others: Tile = {
    label: `${otherRepositories.repositories} others`,
    title: `${countedWith(otherRepositories.repositories, 'more repository')}: ${formatBytes(otherRepositories.bytes)}`,
    bytes: otherRepositories.bytes,
    look: setting.colour === 'verdict' && otherRepositories.goingTags === 0 ? 'stays' : 'mixed',
  };
  const shared: Tile = {
    label: 'shared across repositories',
    title: `Shared across repositories: ${formatBytes(header.sharedBytes)}`,
    bytes: header.sharedBytes,
    look: 'shared',
  };
  return [
    ...repositories.map((one) => repositoryTiles(one, setting)),
    { name: '', tiles: [others] },
    { name: '', tiles: [shared] },
  ];
}

/** A repository as one group, whose tiles add up to what it holds alone. */
export function repositoryTiles(parts: RepositoryParts, setting: TileSetting): TileGroup {
  const { repository, tags, otherTags } = parts;
  const { name, sharedInsideBytes, untaggedBytes } = repository;
  const step = reclaimLook(repository);
  const tile = (label: string, words: string, bytes: number, look: Look): Tile => ({
    ...{ label, title: `${name}, ${words}: ${formatBytes(bytes)}`, bytes },
    look: setting.colour === 'reclaim' ? step : look,
  });
  return {
    name,
    href: `${setting.basePath}${storagePath(setting.target, { repository: name, colour: setting.colour })}`,
    tiles: [
      ...tags.map((tag) => tagTile(tag, setting, step)),
      tile(
        `${otherTags.tags} other tags`,
        countedWith(otherTags.tags, 'other tag'),
        otherTags.bytes,
        lookOfOthers(parts, setting),
      ),
      tile('shared', 'shared by several of its tags', sharedInsideBytes, 'shared'),
      tile('untagged', 'without a tag', untaggedBytes, 'untagged'),
    ],
  };
}

function tagTile(tag: InventoryTag, { target, basePath, colour, madeAtMs }: TileSetting, step: Look): Tile {
  const { repository, digest, exclusiveBytes, verdict, reason, createdAtMs } = tag;
  const looks = { verdict, age: ageLooks[ageRangeOf(createdAtMs, madeAtMs)] ?? 'plain', reclaim: step } as const;
  return {
    label: tag.tag,
    title: `${repository}:${tag.tag}: ${formatBytes(exclusiveBytes)}, ${verdictWords[verdict]}: ${reason}`,
    bytes: exclusiveBytes,
    look: looks[colour],
    ...(digest !== undefined && { href: `${basePath}${imagePath(target, repository, digest)}` }),
  };
}

/** In words, as sentences have them. */
export const verdictWords = { used: 'in use', stays: 'stays', goes: 'goes' } as const;

/** Of tags that are not shown one by one no more is known than how many of the repository go. */
function lookOfOthers({ repository, tags }: RepositoryParts, { colour }: TileSetting): Look {
  if (colour !== 'verdict') return 'mixed';
  const going = repository.goingTags - tags.filter(({ verdict }) => verdict === 'goes').length;
  if (going <= 0) return 'stays';
  return going >= repository.tags - tags.length ? 'goes' : 'mixed';
}

function reclaimLook({ goingBytes, exclusiveBytes }: InventoryRepository): Look {
  const share = exclusiveBytes === 0 ? 0 : goingBytes / exclusiveBytes;
  return reclaimSteps.find(({ upTo }) => share <= upTo)?.look ?? 'step-4';
}
