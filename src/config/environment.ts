import { nearest } from './nearest.ts';
import type { Path, Problem } from './problem.ts';
import { fixedLeaves, isMap, type Leaf, mapLeaves, type Shape } from './shape.ts';

/** A setting that a variable can give. */
export interface Variable extends Leaf {
  readonly name: string;
}

/** A value for one place of the settings, which goes over what a file says there. */
export interface Assignment {
  readonly path: Path;
  readonly value: unknown;
  readonly by:
    | { readonly from: 'environment'; readonly variable: string }
    | { readonly from: 'flag'; readonly flag: string };
}

const PREFIX = 'WINNOW_';
/** Names the settings file; not a setting itself. */
export const fileVariable = 'WINNOW_CONFIG';
/** How a program that starts Winnow talks with it: see `cli/terminal.ts`, and `cli/session/read-told.ts`. */
const conversation = ['WINNOW_PROGRESS', 'WINNOW_STOP_WITH_STDIN', 'WINNOW_NOTIFICATIONS_BELOW'];

/** `registry.forceInsecure` → `WINNOW_REGISTRY_FORCE_INSECURE`. */
export function variableFor(path: Path): string {
  return (
    PREFIX +
    path
      .map((part) =>
        String(part)
          .replace(/[A-Z]/g, (letter) => `_${letter}`)
          .toUpperCase(),
      )
      .join('_')
  );
}

/** All variables there are, in the order of docs/config.md. */
export function settingVariables(): readonly Variable[] {
  return fixedLeaves().map((leaf) => ({ ...leaf, name: variableFor(leaf.path) }));
}

/** What the environment sets. A variable that is empty counts as not set. */
export function readEnvironment(env: NodeJS.ProcessEnv): readonly Assignment[] {
  return settingVariables().flatMap(({ name, path, shape }): readonly Assignment[] => {
    const text = env[name];
    if (text === undefined || text.trim() === '') return [];
    return [{ path, value: valueFromText(text, shape), by: { from: 'environment', variable: name } }];
  });
}

/**
 * Reads text as what the place takes: `true` and `false`, numbers, lists. What it can't read stays text, for the schema to complain.
 * Lists are separated by commas; short forms of record sources, which may hold commas, by line breaks.
 */
export function valueFromText(text: string, shape: Shape): unknown {
  const trimmed = text.trim();
  switch (shape.type) {
    case 'boolean':
      return { true: true, false: false, '1': true, '0': false }[trimmed.toLowerCase()] ?? trimmed;
    case 'integer':
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
    case 'array':
      return trimmed
        .split(shape.items?.type === 'string' ? ',' : '\n')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    default:
      return shape.secret === true ? text : trimmed;
  }
}

/**
 * Variables that begin like ours and are none: most likely a slip, and then a setting is missing.
 *
 * @param value - the settings; variables that they name for secrets are known.
 */
export function unknownVariables(env: NodeJS.ProcessEnv, value: unknown): readonly Problem[] {
  const names = settingVariables().map(({ name }) => name);
  const known = new Set([...names, ...conversation, fileVariable, ...variablesNamedIn(value)]);
  return Object.entries(env).flatMap(([name, text]): readonly Problem[] => {
    if (!name.startsWith(PREFIX) || known.has(name) || isOfKubernetes(name, text ?? '')) return [];
    const meant = nearest(
      name.slice(PREFIX.length),
      names.map((one) => one.slice(PREFIX.length)),
    );
    const hint =
      meant === undefined ? 'unset it; docs/config.md lists all variables' : `did you mean ${PREFIX}${meant}?`;
    return [
      { origin: { from: 'environment', variable: name }, path: '', message: 'no setting has this variable', hint },
    ];
  });
}

function variablesNamedIn(value: unknown): readonly string[] {
  const names: string[] = [];
  if (!isMap(value)) return names;
  mapLeaves(value, (text, { shape }) => {
    if (typeof text !== 'string') return text;
    if (shape.word === 'variable') names.push(text);
    for (const [, name] of text.matchAll(/(?:password|token)-env=(\w+)/g)) if (name !== undefined) names.push(name);
    return text;
  });
  return names;
}

/**
 * Kubernetes gives each pod variables for the services beside it: one named `winnow` makes `WINNOW_SERVICE_HOST`,
 * `WINNOW_PORT=tcp://10.0.0.1:80`, `WINNOW_PORT_80_TCP_ADDR` and so on; `winnow-registry` makes `WINNOW_REGISTRY_PORT` …
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
function isOfKubernetes(name: string, text: string): boolean {
  if (/_SERVICE_(HOST|PORT(_\w+)?)$/.test(name)) return true;
  if (/_PORT$/.test(name)) return /^(tcp|udp|sctp):\/\//.test(text);
  return /_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name);
}
