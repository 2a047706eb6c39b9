import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  createEngine,
  type FuncMap,
  sprigConversions,
  sprigDefaults,
  sprigDicts,
  sprigFlow,
  sprigHash,
  sprigLists,
  sprigMath,
  sprigRegex,
  sprigSemver,
  sprigStrings,
  sprigTypes,
} from '@promptctl/go-template-js';
import { parse, parseAllDocuments, stringify } from 'yaml';

/*
 * What `helm template` does, as far as our chart needs it: values are put over the chart's own, all templates share their named parts,
 * and what Helm adds to Go's templates is here. test/chart/go-engine.test.ts holds it against Go's own engine.
 */

export type Values = Readonly<Record<string, unknown>>;

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface Release {
  readonly name?: string;
  readonly namespace?: string;
}

export interface Rendered {
  /** Text of each template that says anything, by its path below `templates`; NOTES.txt is among them. */
  readonly texts: ReadonlyMap<string, string>;
  readonly objects: readonly KubeObject[];
}

/** A chart's files, by their paths below its folder, and its own values. */
export interface Chart {
  readonly about: Readonly<Record<string, unknown>>;
  readonly values: Values;
  readonly files: ReadonlyMap<string, string>;
}

export function readChart(folder: string): Chart {
  const files = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')] as const),
  );
  return {
    about: parse(files.get('Chart.yaml') ?? '') as Chart['about'],
    values: parseYaml(files.get('values.yaml') ?? '') as Values,
    files,
  };
}

/** Renders all templates. @throws what a template says with `fail` or `required` */
export function renderChart(chart: Chart, values: Values, release: Release = {}): Rendered {
  const scope = scopeOf(chart, values, release);
  const evaluate = evaluator(chart);
  const texts = new Map<string, string>();
  for (const path of chart.files.keys()) {
    const name = templateName(path);
    if (name === undefined) continue;
    const text = evaluate(path, scope);
    if (text.trim() !== '') texts.set(name, text);
  }
  const objects = [...texts].filter(([name]) => name.endsWith('.yaml')).flatMap(([, text]) => objectsIn(text));
  return { texts, objects };
}

/** What templates see. Go's leg gets the same. */
export function scopeOf(chart: Chart, values: Values, { name = 'winnow', namespace = 'winnow' }: Release = {}) {
  const { about } = chart;
  const named = Object.fromEntries(
    Object.entries(about).map(([key, value]) => [`${key.charAt(0).toUpperCase()}${key.slice(1)}`, value]),
  );
  return {
    Values: mergeValues(chart.values, values),
    Release: { Name: name, Namespace: namespace, Service: 'Helm', Revision: 1, IsInstall: true, IsUpgrade: false },
    Chart: named,
    Template: { BasePath: `${String(about['name'])}/templates` },
  };
}

/** As Helm does it: maps are merged, all else is replaced, and null takes a default away; where there is none, null stays. */
export function mergeValues(under: Values, over: Values): Values {
  const merged: Record<string, unknown> = structuredClone(under);
  for (const [key, value] of Object.entries(over)) {
    const present = merged[key];
    if (value === null && key in merged) delete merged[key];
    else merged[key] = isMap(value) && isMap(present) ? mergeValues(present, value) : structuredClone(value);
  }
  return merged;
}

/** The objects of one rendered text. */
export function objectsIn(text: string): readonly KubeObject[] {
  return [...parseAllDocuments(text, { version: '1.1' })].flatMap((document) => {
    if ('errors' in document && document.errors.length > 0) throw new Error(`${document.errors[0]?.message}\n${text}`);
    const value: unknown = document.toJS();
    return value === null ? [] : [value as KubeObject];
  });
}

/** The path of what is rendered for itself; undefined for parts that others include, and for what is no template. */
function templateName(path: string): string | undefined {
  const name = /^templates\/(.*)$/.exec(path)?.[1];
  return name === undefined || /(^|\/)_/.test(name) ? undefined : name;
}

function evaluator(chart: Chart): (path: string, scope: unknown) => string {
  const sources = [...chart.files]
    .filter(([path]) => path.startsWith('templates/'))
    .map(([path, text]) => {
      return [path, text.replaceAll('.Files.Get ', `${FILE_TEXT} `)] as const;
    });
  const texts = new Map(sources);
  const render = (source: string, scope: unknown): string => engine.parse(source, shared).evaluate(scope).join('');
  const engine = createEngine<string>({
    fromString: (text) => text,
    funcs: { ...sprig, ...helmFunctions(render, chart) },
  });
  const shared = engine.parse(sources.flatMap(([, text]) => definesIn(text)).join('\n')).defines();
  return (path, scope) => render(bodyOf(texts.get(path) ?? ''), scope);
}

/** Go calls the method `.Files.Get`; this engine calls functions only. */
const FILE_TEXT = 'textOfFile';

/* In our chart named parts begin at the start of a line, and stand behind what is rendered for itself. */
const NAMED_PART = /^(?=\{\{-? define )/m;

function definesIn(text: string): readonly string[] {
  return text.split(NAMED_PART).filter((piece) => /^\{\{-? define /.test(piece));
}

function bodyOf(text: string): string {
  return text.split(NAMED_PART)[0] ?? '';
}

const sprig: FuncMap = {
  ...sprigConversions(),
  ...sprigDefaults(),
  ...sprigDicts(),
  ...sprigFlow(),
  ...sprigHash(),
  ...sprigLists(),
  ...sprigMath(),
  ...sprigRegex(),
  ...sprigSemver(),
  ...sprigStrings(),
  ...sprigTypes(),
};

/** What Helm itself adds. `lookup` finds nothing, as in `helm template`. */
function helmFunctions(render: (source: string, scope: unknown) => string, chart: Chart): FuncMap {
  return {
    include: {
      fn: (name: unknown, scope: unknown) => render(`{{ template ${JSON.stringify(name)} . }}`, scope),
      argTypes: ['string', 'value'],
    },
    tpl: { fn: (source: unknown, scope: unknown) => render(String(source), scope), argTypes: ['string', 'value'] },
    required: { fn: required, argTypes: ['string', 'value'] },
    toYaml: { fn: (value: unknown) => toYaml(value), argTypes: ['value'] },
    fromYaml: { fn: (text: unknown) => parseYaml(String(text)) ?? {}, argTypes: ['string'] },
    fromYamlArray: { fn: (text: unknown) => parseYaml(String(text)) ?? [], argTypes: ['string'] },
    lookup: { fn: () => ({}), argTypes: ['string', 'string', 'string', 'string'] },
    [FILE_TEXT]: { fn: (path: unknown) => chart.files.get(String(path)) ?? '', argTypes: ['string'] },
    kindOf: { fn: goKindOf, argTypes: ['reflective'] },
    kindIs: { fn: (kind: unknown, value: unknown) => kind === goKindOf(value), argTypes: ['string', 'reflective'] },
  };
}

function required(message: unknown, value: unknown): unknown {
  if (value === undefined || value === null || value === '') throw new Error(String(message));
  return value;
}

/** By Go's words; the engine's own are JavaScript's. */
function goKindOf(value: unknown): string {
  if (value === undefined || value === null) return 'invalid';
  if (Array.isArray(value)) return 'slice';
  if (isMap(value)) return 'map';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'float64' : typeof value;
}

/** With sorted keys, as Go writes it, and with quotes where YAML 1.1 would read something else. */
function toYaml(value: unknown): string {
  return stringify(value, {
    version: '1.1',
    sortMapEntries: true,
    indentSeq: false,
    singleQuote: true,
    lineWidth: 0,
    aliasDuplicateObjects: false,
  }).trimEnd();
}

function parseYaml(text: string): unknown {
  return parse(text, { version: '1.1' }) as unknown;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
