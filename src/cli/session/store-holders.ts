import type { Source } from '../../evidence/sink.ts';
import { heldDigests } from '../../flows/held-digests.ts';
import type { StoreReader } from '../../systems/store/contract.ts';
import { watchedRecords } from './memory.ts';
import { replicaUrls } from './replicas.ts';
import type { Session } from './session.ts';

/** Records that may hold manifests by their digest. They may name images as the registry's users do: by the name of any of its servers. */
export async function openHolders(session: Session, { name }: Pick<StoreReader, 'name'>): Promise<readonly Source[]> {
  const { settings, terminal } = session;
  if (settings.records.length === 0) return [];
  const state = await session.state();
  const host = replicaUrls(settings)
    .map((url) => url.replace(/^https?:\/\//, '').replace(/\/.*$/, ''))
    .at(0);
  const records = await session.records(host ?? name);
  const watched = records.map((one) => watchedRecords(one, name, state));
  return [heldDigests(watched, name, terminal.nowMs)];
}
