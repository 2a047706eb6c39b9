import type { Path } from './problem.ts';
import { type SettingsSchema, settingsSchema } from './settings-schema.ts';

/** A node of the settings' schema, as JSON Schema describes what is written, with the words of our own `meta`. */
export interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly const?: unknown;
  /** The type's name for people. `path`, `variable` and `short form` also tell the loader what to do. */
  readonly word?: string;
  readonly secret?: boolean;
  /** Not allowed in a file. */
  readonly onlyVariable?: boolean;
}

let whole: Shape | undefined;

/** The shape of all settings. */
export function settingsShape(): Shape {
  whole ??= withoutReferences(settingsSchema());
  return whole;
}

/** Puts what is referred to in the place of references: what may hold itself then leads round in a circle. */
function withoutReferences(schema: SettingsSchema): Shape {
  const definitions = schema.$defs ?? {};
  const resolve = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    const entries = node as Record<string, unknown>;
    for (const [key, value] of Object.entries(entries)) {
      if (!isMap(value) || typeof value['$ref'] !== 'string') {
        resolve(value);
        continue;
      }
      const { $ref, ...own } = value;
      const target = definitions[String($ref).replace('#/$defs/', '')];
      entries[key] = { ...(isMap(target) ? target : {}), ...own };
    }
  };
  resolve(schema);
  return schema as Shape;
}

/** The maps that may stand at a node; more than one where a key tells them apart. */
export function mapsOf(shape: Shape): readonly Shape[] {
  if (shape.properties !== undefined) return [shape];
  return [...(shape.oneOf ?? []), ...(shape.anyOf ?? [])].flatMap(mapsOf);
}

/** The key whose fixed word tells the maps of a node apart. */
export function tellingKey(shape: Shape): string | undefined {
  const [first, ...others] = mapsOf(shape);
  if (others.length === 0) return undefined;
  return Object.entries(first?.properties ?? {}).find(([, property]) => property.const !== undefined)?.[0];
}

/** The map that a value is meant to be: the only one, or that with the value's word at the telling key. */
export function mapFor(shape: Shape, value: unknown): Shape | undefined {
  const maps = mapsOf(shape);
  if (maps.length < 2) return maps[0];
  const key = tellingKey(shape);
  const word = key === undefined || !isMap(value) ? undefined : value[key];
  return maps.find((map) => map.properties?.[key ?? '']?.const === word);
}

/** The shape at a path of `value`, as far as the value tells which. */
export function shapeAt(path: Path, value: unknown): Shape | undefined {
  let shape: Shape | undefined = settingsShape();
  let here = value;
  for (const part of path) {
    if (shape === undefined) return undefined;
    if (typeof part === 'number') {
      shape = shape.items;
      here = Array.isArray(here) ? here[part] : undefined;
    } else {
      const map: Shape | undefined = mapFor(shape, here);
      shape = ownValue(map?.properties, part);
      here = isMap(here) ? ownValue(here, part) : undefined;
    }
  }
  return shape;
}

/** A single value among settings, and its shape. */
export interface Leaf {
  readonly path: Path;
  readonly shape: Shape;
}

/** Values that stand at a fixed place: none inside of a list. Lists of texts count as one. */
export function fixedLeaves(shape: Shape = settingsShape(), path: Path = []): readonly Leaf[] {
  if (shape.properties === undefined) {
    const isListOfMaps = shape.items !== undefined && mapsOf(shape.items).length > 0 && !takesText(shape.items);
    return isListOfMaps ? [] : [{ path, shape }];
  }
  return Object.entries(shape.properties).flatMap(([key, property]) => fixedLeaves(property, [...path, key]));
}

/** Whether text may stand here. */
export function takesText(shape: Shape): boolean {
  return shape.type === 'string' || (shape.anyOf ?? []).some(takesText);
}

/** Replaces each single value of settings. Keys and values that the shape does not know stay as they are. */
export function mapLeaves(
  value: unknown,
  replace: (value: unknown, leaf: Leaf) => unknown,
  shape: Shape = settingsShape(),
  path: Path = [],
): unknown {
  if (Array.isArray(value)) {
    const { items } = shape;
    if (items === undefined) return value;
    return value.map((item, index) => mapLeaves(item, replace, items, [...path, index]));
  }
  if (!isMap(value)) return replace(value, { path, shape });
  const properties = mapFor(shape, value)?.properties;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    const property = ownValue(properties, key);
    return [key, property === undefined ? inner : mapLeaves(inner, replace, property, [...path, key])];
  });
  return Object.fromEntries(entries);
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownValue<Value>(map: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
