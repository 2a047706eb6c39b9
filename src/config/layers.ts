import type { Assignment } from './environment.ts';
import { formatPath, type Origin, type Path } from './problem.ts';
import { isMap } from './shape.ts';
import type { YamlSource } from './yaml-source.ts';

/** All that was written, the stronger over the weaker, and who wrote what. */
export interface Layers {
  /** As the schema reads it; not checked yet. */
  readonly value: unknown;
  /** Who gave the value at a path; `default` where nobody did. */
  giverOf(path: Path): Origin;
  /** Where the value is to be corrected: the same, but where nobody gave one, the place in the file where it should stand. */
  placeOf(path: Path, of?: 'value' | 'key'): Origin;
}

/** Lays assignments over a file, in their order: the last one wins. Lists are replaced, never joined. */
export function layer(file: YamlSource | undefined, assignments: readonly Assignment[]): Layers {
  const value = file?.value === undefined || file.value === null ? {} : structuredClone(file.value);
  const origins = new Map<string, Origin>();
  for (const { path, value: assigned, by } of assignments) {
    if (!assignAt(value, path, structuredClone(assigned))) continue;
    // What an earlier assignment said of something inside of this place is gone.
    const prefix = formatPath(path);
    for (const key of origins.keys())
      if (key.startsWith(`${prefix}.`) || key.startsWith(`${prefix}[`)) origins.delete(key);
    origins.set(prefix, by);
  }
  const placeInFile = (path: Path, of: 'value' | 'key'): Origin =>
    file === undefined ? { from: 'default' } : { from: 'file', file: file.file, ...file.placeOf(path, of) };
  const assignerOf = (path: Path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const given = origins.get(formatPath(path.slice(0, length)));
      if (given !== undefined) return given;
    }
    return undefined;
  };
  return {
    value,
    giverOf: (path) =>
      assignerOf(path) ?? (file?.has(path) === true ? placeInFile(path, 'value') : { from: 'default' }),
    placeOf: (path, of = 'value') => assignerOf(path) ?? placeInFile(path, of),
  };
}

/** @returns false where something that is no map stands in the way: that is a problem of the file, and reported as such. */
function assignAt(root: unknown, path: Path, value: unknown): boolean {
  let here: unknown = root;
  for (const [index, part] of path.slice(0, -1).entries()) {
    if (!isContainer(here)) return false;
    const next = path[index + 1];
    if (!Object.hasOwn(here, part) || here[part] === null) here[part] = typeof next === 'number' ? [] : {};
    here = here[part];
  }
  const last = path.at(-1);
  if (last === undefined || !isContainer(here)) return false;
  here[last] = value;
  return true;
}

function isContainer(value: unknown): value is Record<string | number, unknown> {
  return isMap(value) || Array.isArray(value);
}
