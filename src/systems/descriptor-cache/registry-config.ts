import { parseDocument } from 'yaml';

/*
 * What of the configuration of Distribution (2.8 and 3) tells which cache it has:
 *
 *   storage: {cache: {blobdescriptor: inmemory | redis}}    formerly `layerinfo`; anything else switches it off
 *   redis:   {addr, password, db}                           2.8
 *   redis:   {addrs: [], username, password, db, mastername, tls: {certificate, key, rootcas}}   3
 *
 * Variables of the environment go before it: REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR, or REGISTRY_STORAGE_CACHE with the whole map as YAML. They
 * are read in the order of their names, so that those of the parts come after those of the whole.
 *
 * https://github.com/distribution/distribution/blob/v2.8.3/registry/handlers/app.go#L261-L294
 * https://github.com/distribution/distribution/blob/v2.8.3/configuration/parser.go#L95-L150
 */

export type ConfigMap = Readonly<Record<string, unknown>>;

/** The parts of a configuration that are looked at. */
export interface RegistryConfig {
  readonly storage: ConfigMap;
  readonly redis: ConfigMap;
}

/** @throws Error naming what is wrong with it, without its content */
export function readRegistryConfig(text: string, env: Readonly<Record<string, string>>): RegistryConfig {
  const whole = asMap(yamlOf(text, 'it'));
  if (whole === undefined) throw new Error('it is no configuration of a registry: no map');
  const root: Record<string, unknown> = { storage: whole['storage'], redis: whole['redis'] };
  for (const name of Object.keys(env).sort()) {
    const [prefix, ...path] = name.split('_');
    if (prefix === 'REGISTRY' && (path[0] === 'STORAGE' || path[0] === 'REDIS'))
      setAt(root, path, yamlOf(env[name] ?? '', name));
  }
  return { storage: asMap(root['storage']) ?? {}, redis: asMap(root['redis']) ?? {} };
}

export function asMap(value: unknown): ConfigMap | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ConfigMap) : undefined;
}

function yamlOf(text: string, what: string): unknown {
  // A pretty message goes on with the lines in question, where passwords may stand.
  const document = parseDocument(text, { prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw new Error(`${what} is no YAML: ${fault.code} at character ${fault.pos[0]}`);
  return document.toJS();
}

/** Sets what stands at a path of names in capital letters; a number is a place in a list. */
function setAt(parent: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: unknown): void {
  const key = Object.keys(parent).find((one) => one.toUpperCase() === first) ?? first.toLowerCase();
  if (rest.length === 0) {
    parent[key] = value;
    return;
  }
  const present = parent[key];
  const child = { ...(Array.isArray(present) ? { ...present } : asMap(present)) };
  setAt(child, rest, value);
  parent[key] = /^\d+$/.test(rest[0] ?? '') ? Object.values(child) : child;
}
