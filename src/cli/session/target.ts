import type { Resource } from '../../evidence/resource.ts';
import { parseReference, type Reference } from '../../oci/reference.ts';
import { CodedError } from '../../util/pure/coded-error.ts';

/** What a reference on the command line means, in this registry: a host in front must be its own. */
export function targetOf(text: string, registryHost: string, defaultRepository: string): Resource {
  const reference = readReference(text, registryHost, defaultRepository);
  const { host, repository, tag, digest } = reference;
  if (host !== undefined && host !== registryHost)
    throw new CodedError(
      'REFERENCE_INVALID',
      `reading the reference ${text}: it is of ${host}, and the registry is ${registryHost}`,
      { hint: 'give that registry with --registry' },
    );
  const scope = `${registryHost}/${repository}`;
  if (digest !== undefined) return { kind: 'manifest', scope, key: digest };
  if (tag !== undefined) return { kind: 'tag', scope, key: tag };
  throw new CodedError('REFERENCE_INVALID', `reading the reference ${text}: it names neither a tag nor a digest`, {
    hint: `write ${repository}:TAG or ${repository}@sha256:…`,
  });
}

/** A host that a name alone would not give away (`registry/app:v1`) is one when it is the registry's. `:v1` is a tag of the default repository. */
function readReference(text: string, registryHost: string, defaultRepository: string): Reference {
  if (text.startsWith(':') || text.startsWith('@')) return parseReference(`${defaultRepository}${text}`);
  if (text.startsWith(`${registryHost}/`))
    return { ...parseReference(text.slice(registryHost.length + 1)), host: registryHost };
  return parseReference(text);
}
