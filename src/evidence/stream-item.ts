/** Which item of a tag's history a `stream-item` is: 0 is the tag's newest. */
export interface StreamItemName {
  readonly tag: string;
  readonly index: number;
  /** A digest, unless the stream names something else. */
  readonly image: string;
}

/** The key of a `stream-item`: `latest[3]@sha256:…`. */
export function streamItemKey({ tag, index, image }: StreamItemName): string {
  return `${tag}[${index}]@${image}`;
}

const KEY = /^([^[\]@]*)\[(\d+)\]@(.*)$/s;

/** Reads what {@link streamItemKey} wrote; undefined for any other text. */
export function parseStreamItemKey(key: string): StreamItemName | undefined {
  const match = KEY.exec(key);
  return match === null ? undefined : { tag: match[1] ?? '', index: Number(match[2]), image: match[3] ?? '' };
}

/** The stream in the scope of a `stream-item`, or of a link of its repository: `openshift:api.example:6443/shop/web` → `shop/web`. */
export function streamIn(scope: string): string {
  const name = scope.lastIndexOf('/');
  return scope.slice(scope.lastIndexOf('/', name - 1) + 1);
}
