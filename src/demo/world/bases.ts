import type { Draft } from './draft.ts';
import { amd64, arm64, type Layer, makeLayer } from './image.ts';

/** The images that others are built from: their layers are shared all over the registry. */
export interface Bases {
  /** Layers for amd64, and for arm64 where the company builds for it. */
  readonly debian: Base;
  readonly alpine: Base;
  readonly runner: Base;
  readonly java: Base;
}

export interface Base {
  readonly amd64: readonly Layer[];
  readonly arm64: readonly Layer[];
}

export const platforms = [amd64, arm64] as const;

/** The layers of a base for a platform's architecture. */
export function layersFor(base: Base, architecture: string): readonly Layer[] {
  return architecture === 'arm64' ? base.arm64 : base.amd64;
}

export function makeBases(draft: Draft): Bases {
  const layer = (name: string, sizeBytes: number): Base => {
    const make = (architecture: string) =>
      makeLayer(draft.shelf, draft.random(`base ${name} ${architecture}`), `${name}-${architecture}`, sizeBytes);
    return { amd64: [make('amd64')], arm64: [make('arm64')] };
  };
  const over = (lower: Base, upper: Base): Base => ({
    amd64: [...lower.amd64, ...upper.amd64],
    arm64: [...lower.arm64, ...upper.arm64],
  });
  const debian = layer('debian', 200_000);
  const alpine = layer('alpine', 90_000);
  return {
    debian,
    alpine,
    runner: over(over(debian, layer('ruby', 160_000)), layer('opschain', 120_000)),
    java: over(debian, layer('jdk', 180_000)),
  };
}
