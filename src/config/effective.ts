import type { Layers } from './layers.ts';
import { formatPath, type Origin, type Path } from './problem.ts';
import { shownValue } from './redact.ts';
import { isMap, mapFor, type Shape, settingsShape } from './shape.ts';

/** A setting as it counts. */
export interface EffectiveSetting {
  /** `registry.url`, `reconcile.classes[0].keepNewest`. */
  readonly path: string;
  /** As it was written, in YAML; secrets hidden. */
  readonly value: string;
  readonly origin: Origin;
}

/**
 * All settings that have a value, written or by default.
 *
 * @param machine - defaults that depend on the machine, by key.
 */
export function effectiveSettings(
  layers: Layers,
  machine: Readonly<Record<string, string>>,
): readonly EffectiveSetting[] {
  return [...walk(layers.value, settingsShape(), [], layers, machine)];
}

function* walk(
  value: unknown,
  shape: Shape,
  path: Path,
  layers: Layers,
  machine: Readonly<Record<string, unknown>> = {},
): Generator<EffectiveSetting> {
  const map = isMap(value) || value === undefined || value === null ? mapFor(shape, value ?? shape.default) : undefined;
  if (map !== undefined) {
    const written = isMap(value) ? value : {};
    if (value === undefined && shape.default === undefined && path.length > 0) return;
    for (const [key, property] of Object.entries(map.properties ?? {}))
      yield* walk(written[key] ?? machine[key], property, [...path, key], layers);
    return;
  }
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, item] of value.entries()) yield* walk(item, shape.items ?? {}, [...path, index], layers);
    return;
  }
  const counts = value ?? shape.default ?? shape.const;
  if (counts === undefined) return;
  const shown = Array.isArray(counts) ? '[]' : shownValue(counts, shape);
  if (shown === undefined) return;
  const inYaml = typeof counts === 'string' ? JSON.stringify(shown) : shown;
  yield { path: formatPath(path), value: inYaml, origin: layers.giverOf(path) };
}
