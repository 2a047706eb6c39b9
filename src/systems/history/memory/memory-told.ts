import { firstOf, lastOfEach, PULLS_APART_MS, type ToldLog, type ToldTransfer } from '../told.ts';

interface Registry {
  knownSinceMs: number;
  toldAtMs: number;
  readonly transfers: Map<string, { readonly transfer: ToldTransfer; readonly toldAtMs: number }>;
}

export function memoryTold(): ToldLog {
  const registries = new Map<string, Registry>();
  return {
    async note(host, events, nowMs) {
      const firstMs = firstOf(events);
      if (firstMs === undefined) return;
      const registry = registries.get(host) ?? { knownSinceMs: firstMs, toldAtMs: nowMs, transfers: new Map() };
      registry.toldAtMs = Math.max(registry.toldAtMs, nowMs);
      registries.set(host, registry);
      for (const { key, transfer } of lastOfEach(events)) {
        const before = registry.transfers.get(key)?.transfer.atMs ?? Number.NEGATIVE_INFINITY;
        const apartMs = transfer.action === 'pull' ? PULLS_APART_MS : 0;
        if (transfer.atMs > before + apartMs) registry.transfers.set(key, { transfer, toldAtMs: nowMs });
      }
    },
    async registries() {
      return [...registries]
        .map(([host, { knownSinceMs }]) => ({ host, knownSinceMs }))
        .sort((a, b) => (a.host < b.host ? -1 : 1));
    },
    async *transfers(host, pushesSinceMs) {
      for (const { transfer, toldAtMs } of registries.get(host)?.transfers.values() ?? [])
        if (pushesSinceMs === undefined || (transfer.action === 'push' && toldAtMs >= pushesSinceMs)) yield transfer;
    },
    async forget(beforeMs) {
      for (const [host, registry] of registries) {
        for (const [key, { toldAtMs }] of registry.transfers) if (toldAtMs < beforeMs) registry.transfers.delete(key);
        registry.knownSinceMs = Math.max(registry.knownSinceMs, beforeMs);
        if (registry.toldAtMs < beforeMs) registries.delete(host);
      }
    },
  };
}
