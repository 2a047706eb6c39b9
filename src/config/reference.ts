import { variableFor } from './environment.ts';
import type { Path } from './problem.ts';
import { referenceIntroduction } from './reference-introduction.ts';
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
  if (shape.items === undefined) return [...table(shape, [key]), '', ...choicesBelow(shape, '###')];
  const variable = takesText(shape.items) ? [`Variable: \`${variableFor([key])}\`, one short form a line.`, ''] : [];
  return [`A list. Default: empty.`, '', ...variable, ...maps(shape.items, '###')];
}

/** Each kind of map: what all kinds have, then what each has besides. */
function maps(shape: Shape, heading: string): readonly string[] {
  const kinds = mapsOf(shape);
  const key = tellingKey(shape);
  if (key === undefined) return kinds.flatMap((kind) => [...table(kind), '', ...choicesBelow(kind, `${heading}#`)]);
  const [first] = kinds;
  const common = Object.keys(first?.properties ?? {}).filter(
    (name) => name !== key && kinds.every((kind) => isSame(kind, first, name)),
  );
  const ofAll =
    common.length === 0 || first === undefined
      ? []
      : [`${heading} Every kind`, '', ...table(only(first, (name) => common.includes(name))), ''];
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
function choicesBelow(shape: Shape, heading: string, prefix = ''): readonly string[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, property]) => {
    const here = `${prefix}${name}`;
    const choice = choiceIn(property);
    if (choice !== undefined) return [`${heading} \`${here}\``, '', ...maps(choice, `${heading}#`)];
    return property.word === undefined ? choicesBelow(property, heading, `${here}.`) : [];
  });
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
    const { meaning, usual } = wordsOf(property);
    if (property.properties !== undefined && property.word === undefined) {
      const group = row([`\`${name}\``, 'map', usual, meaning, ...(here === undefined ? [] : [''])]);
      return [group, ...rows(property, here, `${name}.`)];
    }
    const variable = here === undefined ? [] : [choiceIn(property) === undefined ? `\`${variableFor(here)}\`` : ''];
    const standard = shape.required?.includes(key) === true ? '**required**' : (defaultOf(property) ?? usual);
    return [row([`\`${name}\``, typeOf(property), standard, meaning, ...variable])];
  });
}

function typeOf(shape: Shape): string {
  if (choiceIn(shape) !== undefined) return shape.items === undefined ? 'map, see below' : 'list, see below';
  return shape.items === undefined ? (shape.word ?? 'text') : `list: ${shape.items.word ?? 'text'}`;
}

/** Where one of several maps may stand, or maps as entries of a list. What has a word of its own is told elsewhere. */
function choiceIn(shape: Shape): Shape | undefined {
  if (shape.properties !== undefined) return undefined;
  if (mapsOf(shape).length > 1) return shape;
  const { items } = shape;
  return items !== undefined && items.word === undefined && mapsOf(items).length > 0 ? items : undefined;
}

function defaultOf(shape: Shape): string | undefined {
  if (shape.default === undefined || isMap(shape.default)) return undefined;
  return Array.isArray(shape.default) ? 'empty' : `\`${String(shape.default)}\``;
}

/** A default that is not the schema's own stands at the end of the description: `… Default `10s`, or PGSSLMODE.` */
function wordsOf({ description = '' }: Shape): { readonly meaning: string; readonly usual: string } {
  const [, meaning = '', usual = ''] = /^(.*?) ?\bDefault:? (.*)\.$/s.exec(description) ?? [];
  return usual === '' ? { meaning: description, usual } : { meaning, usual };
}

function isSame(kind: Shape, other: Shape | undefined, name: string): boolean {
  return JSON.stringify(kind.properties?.[name]) === JSON.stringify(other?.properties?.[name]);
}

function only(shape: Shape, isWanted: (name: string) => boolean): Shape {
  return {
    ...shape,
    properties: Object.fromEntries(Object.entries(shape.properties ?? {}).filter(([name]) => isWanted(name))),
  };
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
}
