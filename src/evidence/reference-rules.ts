import type { Reference } from '../oci/reference.ts';

/** How names of images in clusters are understood. */
export interface ReferenceRules {
  /** Other names of registries, or of a part of one: `{name: 'mirror.example/proxy', is: 'registry.example:5000/team'}`. */
  readonly aliases: readonly { readonly name: string; readonly is: string }[];
  /** What a name without a host may mean, every one of them: hosts, or hosts with a path. */
  readonly defaultRegistries: readonly string[];
  /** What becomes of a name that can't be read. */
  readonly bad: 'protect' | 'abort' | 'ignore';
}

/** Where in one registry a name may lead. */
export interface Meaning {
  /** Repositories of that name. */
  readonly exact: ReadonlySet<string>;
  /** Any repository whose name ends so, after a `/`: nothing is known of where the name belongs. */
  readonly anyEndingIn?: string;
}

/** Whether a name may lead into this repository. */
export function isMeant({ exact, anyEndingIn }: Meaning, repository: string): boolean {
  return exact.has(repository) || (anyEndingIn !== undefined && repository.endsWith(`/${anyEndingIn}`));
}

const DOCKER_HUB = 'docker.io';
const DOCKER_HUB_NAMES: ReadonlySet<string> = new Set([
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
]);

/**
 * Tells in which repositories of a registry an image may lie that is named so, by its own host, by aliases, and by defaults. What is
 * named by another host that is no alias lies in none.
 *
 * @param ownHost - the registry's, with its port.
 */
export function meaningsOf(ownHost: string, rules: Omit<ReferenceRules, 'bad'>): (reference: Reference) => Meaning {
  const own = canonicalHost(ownHost);
  const aliases = rules.aliases.map(({ name, is }) => ({ name: canonicalName(name), is: canonicalName(is) }));
  return ({ host, repository }) => {
    // What looks like a name without a host may begin with one that has neither dot nor port: `registry/app`.
    const names =
      host === undefined
        ? [repository, ...rules.defaultRegistries.flatMap((at) => withLibrary(`${canonicalName(at)}/${repository}`))]
        : withLibrary(`${canonicalHost(host)}/${repository}`);
    const exact = new Set<string>();
    for (const name of allNames(names, aliases)) if (name.startsWith(`${own}/`)) exact.add(name.slice(own.length + 1));
    if (host !== undefined || rules.defaultRegistries.length > 0) return { exact };
    return { exact: exact.add(repository), anyEndingIn: repository };
  };
}

/** Names, and all that they are by any number of aliases. */
function allNames(names: readonly string[], aliases: ReferenceRules['aliases']): ReadonlySet<string> {
  const found = new Set(names);
  // A set is iterated to its end, also over what is added meanwhile.
  for (const name of found)
    for (const alias of aliases) {
      const rest = restBehind(name, alias.name);
      // An alias of a part of itself would go on for ever.
      if (rest !== undefined && found.size < MAX_NAMES) found.add(`${alias.is}${rest}`);
    }
  return found;
}

const MAX_NAMES = 1000;

function restBehind(name: string, prefix: string): string | undefined {
  return name === prefix || name.startsWith(`${prefix}/`) ? name.slice(prefix.length) : undefined;
}

/** Docker Hub's own images are named with `library/` or without, and mirrors of it have them either way. */
function withLibrary(name: string): readonly string[] {
  const rest = restBehind(name, DOCKER_HUB)?.slice(1);
  if (rest === undefined) return [name];
  if (rest.startsWith('library/')) return [name, `${DOCKER_HUB}/${rest.slice('library/'.length)}`];
  return rest.includes('/') ? [name] : [name, `${DOCKER_HUB}/library/${rest}`];
}

/** A registry, or a part of one, with its host as {@link canonicalHost} has it. */
function canonicalName(name: string): string {
  const trimmed = name.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
  const slash = trimmed.indexOf('/');
  return slash < 0 ? canonicalHost(trimmed) : `${canonicalHost(trimmed.slice(0, slash))}${trimmed.slice(slash)}`;
}

/** One way of writing a host: small letters, no port that goes without saying, Docker Hub by one name. */
function canonicalHost(host: string): string {
  const plain = host.toLowerCase().replace(/:(443|80)$/, '');
  return DOCKER_HUB_NAMES.has(plain) ? DOCKER_HUB : plain;
}

/** The scopes of a registry that a place among registries covers: `mirror.example`, `registry.example:5000/team`. */
export function meaningsOfPlace(
  place: string,
  ownHost: string,
  aliases: ReferenceRules['aliases'],
): ReadonlySet<string> {
  const own = canonicalHost(ownHost);
  const known = aliases.map(({ name, is }) => ({ name: canonicalName(name), is: canonicalName(is) }));
  const names = new Set(allNames([canonicalName(place)], known));
  // Of an alias that lies within the place, all that it stands for.
  for (const name of names) {
    for (const alias of known)
      if (restBehind(alias.name, name) !== undefined && names.size < MAX_NAMES) names.add(alias.is);
  }
  const scopes = [...names].flatMap((name) => restBehind(name, own) ?? []);
  return new Set(scopes.map((rest) => `${ownHost}${rest}`));
}
