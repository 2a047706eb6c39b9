import { variableFor } from './environment.ts';
import { referenceIntroduction } from './reference-introduction.ts';
import type { Path } from './problem.ts';
import { isMap, mapsOf, type Shape, settingsShape, takesText, tellingKey } from './shape.ts';

/** `docs/config.md`: every setting with type, default, meaning and variable, from the schema. */
export function configReference(): string {
  const entries = Object.entries(settingsShape().properties ?? {});
  const single = entries.filter(([, shape]) => mapsOf(shape).length === 0 && mapsOf(shape.items ?? {}).length === 0);
  const grouped = entries.filter((entry) => !single.includes(entry));
  const root: Shape = { properties: Object.fromEntries(single) };
  const sections = [
    ['## At the top', '', ...table(root, [])],
    ...grouped.map(([key, shape]) => [`## \`${key}\``, '', shape.description ?? '', '', ...body(key, shape)]),
  ];
  return `${[referenceIntroduction, ...sections.map((lines) => lines.join('\n').trimEnd())].join('\n\n')}\n`;
}

function body(key: string, shape: Shape): readonly string[] {
  if (shape.items === undefined) return table(shape, [key]);
  const variable = takesText(shape.items) ? [`Variable: \`${variableFor([key])}\`, one short form a line.`, ''] : [];
  return [`A list. Default: empty.`, '', ...variable, ...maps(shape.items, '###')];
}

/** Each kind of map: what all kinds have, then what each has besides. */
function maps(shape: Shape, heading: string): readonly string[] {
  const kinds = mapsOf(shape);
  const key = tellingKey(shape);
  if (key === undefined) return kinds.flatMap((kind) => table(kind));
  const [first] = kinds;
  const common = Object.keys(first?.properties ?? {}).filter((name) => name !== key && kinds.every((kind) => isSame(kind, first, name)));
  const ofAll = common.length === 0 || first === undefined ? [] : [`${heading} Every kind`, '', ...table(only(first, (name) => common.includes(name))), ''];
  return [...ofAll, ...kinds.flatMap((kind) => oneKind(kind, key, common, heading))];
}

function oneKind(kind: Shape, key: string, common: readonly string[], heading: string): readonly string[] {
  const telling = kind.properties?.[key];
  const own = only(kind, (name) => name !== key && !common.includes(name));
  return [
    `${heading} \`${key}: ${String(telling?.const)}\``,
    '',
    telling?.description ?? '',
    '',
    ...(Object.keys(own.properties ?? {}).length === 0 ? [] : [...table(own), '']),
    ...choicesBelow(own, `${heading}#`),
  ];
}

/** Settings that are a choice of maps themselves get tables of their own. */
function choicesBelow(shape: Shape, heading: string): readonly string[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, property]) =>
    isChoice(property) ? [`${heading} \`${name}\``, '', ...maps(property, `${heading}#`)] : [],
  );
}

/** @param path - where the settings stand, if at a fixed place: then they have variables. */
function table(shape: Shape, path?: Path): readonly string[] {
  const head = ['setting', 'type', 'default', 'meaning', ...(path === undefined ? [] : ['variable'])];
  return [row(head), row(head.map(() => '---')), ...rows(shape, path)];
}

function rows(shape: Shape, path: Path | undefined, prefix = ''): readonly string[] {
  return Object.entries(shape.properties ?? {}).flatMap(([key, property]) => {
    const here = path === undefined ? undefined : [...path, key];
    const name = `${prefix}${key}`;
    if (property.properties !== undefined) {
      const meaning = row([`\`${name}\``, 'map', '', property.description ?? '', ...(here === undefined ? [] : [''])]);
      return [meaning, ...rows(property, here, `${name}.`)];
    }
    const isList = property.items !== undefined && mapsOf(property.items).length > 0;
    const variable = here === undefined ? [] : [isList ? '' : `\`${variableFor(here)}\``];
    const description = property.onlyVariable === true ? `${property.description} Not in a file.` : (property.description ?? '');
    return [
      row([`\`${name}\``, typeOf(property), defaultOf(property, shape.required?.includes(key) === true), description, ...variable]),
      ...(isList ? listRows(property.items ?? {}, name, here) : []),
    ];
  });
}

/** Lists of maps inside a section: their kinds' settings, below it. */
function listRows(items: Shape, name: string, path: Path | undefined): readonly string[] {
  const variable = path === undefined ? [] : [''];
  const key = tellingKey(items);
  const seen = new Set<string>();
  return mapsOf(items).flatMap((kind) =>
    Object.entries(kind.properties ?? {}).flatMap(([inner, property]) => {
      const word = String(property.const ?? kind.properties?.[key ?? '']?.const);
      const isCommon = mapsOf(items).every((other) => isSame(other, kind, inner));
      if (isCommon && seen.has(inner)) return [];
      seen.add(inner);
      const full = `\`${name}[].${inner}\``;
      if (inner === key) return [row([full, `\`${word}\``, '**required**', property.description ?? '', ...variable])];
      const meaning = isCommon ? property.description : `(\`${word}\`) ${property.description}`;
      return [row([full, typeOf(property), defaultOf(property, kind.required?.includes(inner) === true), meaning ?? '', ...variable])];
    }),
  );
}

function typeOf(shape: Shape): string {
  if (isChoice(shape)) return 'map, see below';
  if (shape.items !== undefined) return mapsOf(shape.items).length > 0 ? 'list of maps' : `list: ${shape.items.word ?? 'text'}`;
  return shape.word ?? 'text';
}

function isChoice(shape: Shape): boolean {
  return shape.properties === undefined && mapsOf(shape).length > 1;
}

function defaultOf(shape: Shape, isRequired: boolean): string {
  if (isRequired) return '**required**';
  if (shape.default === undefined || isMap(shape.default)) return '';
  return Array.isArray(shape.default) ? 'empty' : `\`${String(shape.default)}\``;
}

function isSame(kind: Shape, other: Shape | undefined, name: string): boolean {
  return JSON.stringify(kind.properties?.[name]) === JSON.stringify(other?.properties?.[name]);
}

function only(shape: Shape, isWanted: (name: string) => boolean): Shape {
  return { ...shape, properties: Object.fromEntries(Object.entries(shape.properties ?? {}).filter(([name]) => isWanted(name))) };
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
}
