import type {
  History,
  InventoryHeader,
  InventoryImage,
  InventoryLink,
  InventoryRepository,
  InventoryTag,
  TagQuery,
} from '../contract.ts';
import { searchedIn } from '../inventory-stream.ts';
import { byTagOrder, compareTexts } from '../text-order.ts';

interface StoredInventory {
  readonly header: InventoryHeader;
  readonly repositories: InventoryRepository[];
  readonly tags: InventoryTag[];
  readonly images: InventoryImage[];
  readonly links: InventoryLink[];
}

type InventoryPart =
  | 'saveInventory'
  | 'inventories'
  | 'inventoryRepositories'
  | 'inventoryTag'
  | 'inventoryTags'
  | 'inventoryImage'
  | 'inventoryImagesOf'
  | 'inventoryLinks';

export function memoryInventories(): Pick<History, InventoryPart> {
  const inventories = new Map<string, StoredInventory>();
  const tagsOf = (target: string, query: Pick<TagQuery, 'repository' | 'verdict' | 'text'>) =>
    (inventories.get(target)?.tags ?? []).filter((tag) => passes(tag, query));
  const imagesOf = (target: string, digest: string) =>
    (inventories.get(target)?.images ?? []).filter((image) => image.digest === digest);
  return {
    async saveInventory(header, lines) {
      const inventory: StoredInventory = { header, repositories: [], tags: [], images: [], links: [] };
      for await (const line of lines) {
        if ('repository' in line) inventory.repositories.push(line.repository);
        else if ('tag' in line) inventory.tags.push(line.tag);
        else if ('image' in line) inventory.images.push(line.image);
        else inventory.links.push(line.link);
      }
      inventories.set(header.target, inventory);
    },
    async inventories() {
      const headers = [...inventories.values()].map(({ header }) => header);
      return headers.sort((one, other) => compareTexts(one.target, other.target));
    },
    async inventoryRepositories(target) {
      const bytesOf = (one: InventoryRepository) => one.exclusiveBytes + one.sharedOutsideBytes;
      return [...(inventories.get(target)?.repositories ?? [])].sort(
        (one, other) => bytesOf(other) - bytesOf(one) || compareTexts(one.name, other.name),
      );
    },
    async inventoryTag(target, repository, name) {
      return tagsOf(target, { repository }).find(({ tag }) => tag === name);
    },
    async inventoryTags(target, query) {
      const offset = query.offset ?? 0;
      const found = [...tagsOf(target, query)].sort(byTagOrder(query.sort));
      return {
        rows: found.slice(offset, offset + query.limit),
        tags: found.length,
        exclusiveBytes: found.reduce((sum, tag) => sum + tag.exclusiveBytes, 0),
      };
    },
    async inventoryImage(target, repository, digest) {
      return imagesOf(target, digest).find((image) => image.repository === repository);
    },
    async inventoryImagesOf(target, digest) {
      return imagesOf(target, digest).sort((one, other) => compareTexts(one.repository, other.repository));
    },
    async inventoryLinks(target, end, keys, limit) {
      const links = inventories.get(target)?.links ?? [];
      return [...new Set(keys)].flatMap((key) => links.filter((link) => link[end] === key)).slice(0, limit);
    },
  };
}

function passes(tag: InventoryTag, query: Pick<TagQuery, 'repository' | 'verdict' | 'text'>): boolean {
  const { repository, verdict, text = '' } = query;
  return (
    (repository === undefined || tag.repository === repository) &&
    (verdict === undefined || tag.verdict === verdict) &&
    searchedIn(tag).includes(text.toLowerCase())
  );
}
