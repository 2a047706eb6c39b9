import { resolve } from 'node:path';
import type { RegistryChoice, Settings } from '../../config/settings.ts';
import type { ClusterSurroundings, ReadSnapshot } from '../../systems/cluster/index.ts';
import { openRegistry, type RegistrySettings } from '../../systems/registry/index.ts';
import type { SnapshotPlace } from '../../systems/snapshot-place/contract.ts';
import { formatPlace, openSnapshotPlace, parsePlace } from '../../systems/snapshot-place/index.ts';
import type { Terminal } from '../terminal.ts';

/** Of a session: where paths begin, and how registries are reached. */
interface Surroundings {
  readonly terminal: Terminal;
  readonly settings: Settings;
}

/** Opens where a snapshot lies, or will. A relative path begins where the command was called. @throws SNAPSHOT_PLACE_INVALID, REGISTRY_… */
export async function openPlace(session: Surroundings, text: string, signal: AbortSignal): Promise<SnapshotPlace> {
  const { terminal, settings } = session;
  const address = parsePlace(text);
  const absolute = address.kind === 'file' ? resolve(terminal.cwd, address.path) : formatPlace(address);
  return await openSnapshotPlace(
    absolute,
    { openRegistry: (host) => openRegistry({ ...accessTo(host, settings.registry), env: terminal.env }, signal) },
    signal,
  );
}

/** What the clusters of a command need. */
export function clusterSurroundings(session: Surroundings): ClusterSurroundings {
  return { readSnapshot: snapshotReader(session), nowMs: session.terminal.nowMs };
}

function snapshotReader(session: Surroundings): ReadSnapshot {
  return async (from, signal) => {
    const place = await openPlace(session, from, signal);
    try {
      const bytes = await place.read(signal);
      if (bytes !== undefined) return closingAfter(bytes, place);
    } catch (failure) {
      await place.close();
      throw failure;
    }
    await place.close();
    return undefined;
  };
}

async function* closingAfter(bytes: AsyncIterable<Uint8Array>, place: SnapshotPlace): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } finally {
    await place.close();
  }
}

/** Who may go by the settings' registry goes by them; no other gets its user and password, or its certificate. */
export function accessTo(host: string, registry: RegistryChoice): RegistrySettings {
  const { url, ...access } = registry;
  const own = url?.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
  if (url === undefined || own?.toLowerCase() === host.toLowerCase()) return { ...access, url: url ?? host };
  const { username, password, passwordFile, certFile, keyFile, product, repositories, ...shared } = access;
  return { ...shared, url: host };
}
