import { CodedError } from '../util/pure/coded-error.ts';
import { type OciErrorCode, ociErrors } from './errors.ts';
import { isRepository, isTag } from './reference.ts';

/** A tag in a registry, by an address of its own: `oci://registry.example:5000/winnow/snapshots:prod-eu`. */
export interface OciUrl {
  /** `host[:port]` */
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
}

/** Whether a text means to be one. */
export function isOciUrl(text: string): boolean {
  return text.startsWith('oci://');
}

/** Unlike in an image reference, what stands in front of the first slash is the host, whatever it looks like. @throws REFERENCE_INVALID */
export function parseOciUrl(text: string): OciUrl {
  const [, host = '', repository = '', tag = ''] = /^oci:\/\/([^/]+)\/([^:@]+):([^:@/]+)$/.exec(text) ?? [];
  if (!/^[A-Za-z0-9.-]+(:\d+)?$|^\[[0-9A-Fa-f:.]+\](:\d+)?$/.test(host) || !isRepository(repository) || !isTag(tag)) {
    const shown = text.includes('@') ? 'with an @ in it' : JSON.stringify(text);
    throw new CodedError<OciErrorCode>(
      'REFERENCE_INVALID',
      `reading the address ${shown}: it is not oci://HOST/REPOSITORY:TAG`,
      { hint: ociErrors.REFERENCE_INVALID.hint },
    );
  }
  return { host, repository, tag };
}
