import { describe, expect, test } from 'vitest';
import { KubeError } from './kube-error.ts';
import type { Json } from './kube-exchange.ts';
import { type ListOptions, listItems } from './kube-list.ts';

const { signal } = new AbortController();

type Answer = Json | KubeError;

/** Answers what the test says, in order. */
function scripted(answers: readonly Answer[]) {
  const asked: string[] = [];
  const get = async (path: string): Promise<Json> => {
    const answer = answers[asked.length];
    asked.push(path);
    if (answer === undefined) throw new Error(`the test has no answer for ${path}`);
    if (answer instanceof KubeError) throw answer;
    return answer;
  };
  const read = async (options: ListOptions = {}) => {
    const names: unknown[] = [];
    for await (const item of listItems(get, '/api/v1/pods', options, signal))
      names.push((item as { name: unknown })['name']);
    return names;
  };
  return { asked, read, get };
}

const chunk = (names: readonly string[], next?: string): Json => ({
  ...{ kind: 'PodList', apiVersion: 'v1', items: names.map((name) => ({ name })) },
  metadata: { resourceVersion: '1', ...(next !== undefined && { continue: next }) },
});
const refused = (status: number) => new KubeError('refused', `${status}`, { status });

describe('a list', () => {
  test('is read chunk by chunk, by the tokens that the server gives', async () => {
    const { asked, read } = scripted([chunk(['a', 'b'], 'one'), chunk([], 'two'), chunk(['c'])]);

    expect(await read({ limit: 2, labelSelector: 'app in (x)' })).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual([
      '/api/v1/pods?limit=2&labelSelector=app+in+%28x%29',
      '/api/v1/pods?limit=2&labelSelector=app+in+%28x%29&continue=one',
      '/api/v1/pods?limit=2&labelSelector=app+in+%28x%29&continue=two',
    ]);
  });

  test('gives items the kind and version that they leave out, and keeps those that they have', async () => {
    const list = { kind: 'PodList', apiVersion: 'v1', items: [{ name: 'a' }, { kind: 'Other', apiVersion: 'x/v2' }] };
    const items: Json[] = [];
    for await (const item of listItems(scripted([list]).get, '/api/v1/pods', {}, signal)) items.push(item);

    expect(items).toEqual([
      { kind: 'Pod', apiVersion: 'v1', name: 'a' },
      { kind: 'Other', apiVersion: 'x/v2' },
    ]);
  });

  test('that Go has never filled is empty', async () => {
    const { read } = scripted([{ kind: 'ImageList', apiVersion: 'image.openshift.io/v1', items: null }]);

    expect(await read()).toEqual([]);
  });

  test('with too large chunks is asked for smaller ones, where it stands', async () => {
    const large = new KubeError('too-large', 'too large');
    const { asked, read } = scripted([chunk(['a'], 'one'), large, large, chunk(['b'], 'two'), chunk(['c'])]);

    expect(await read({ limit: 8 })).toEqual(['a', 'b', 'c']);
    expect(asked.map((path) => path.replace(/^.*\?/, ''))).toEqual([
      ...['limit=8', 'limit=8&continue=one', 'limit=4&continue=one', 'limit=2&continue=one', 'limit=2&continue=two'],
    ]);
  });

  test('with one item that is too large fails', async () => {
    const large = new KubeError('too-large', 'too large');

    await expect(scripted([large, large]).read({ limit: 2 })).rejects.toBe(large);
  });

  test('that has expired begins anew, three times', async () => {
    const gone = refused(410);
    const { asked, read } = scripted([
      chunk(['a'], 'one'),
      gone,
      chunk(['a'], 'two'),
      gone,
      chunk(['a'], 'one'),
      chunk(['b']),
    ]);

    expect(await read()).toEqual(['a', 'a', 'a', 'b']);
    expect(asked.filter((path) => !path.includes('continue')).length).toBe(3);

    const forEver = Array.from({ length: 4 }, () => [chunk(['a'], 'one'), gone]).flat();
    await expect(scripted(forEver).read()).rejects.toBe(gone);
  });

  test('whose first chunk is refused is not asked for again here', async () => {
    const gone = refused(410);

    await expect(scripted([gone, chunk([])]).read()).rejects.toBe(gone);
  });

  test('that leads in a circle fails instead of going on for ever', async () => {
    const { read } = scripted([chunk(['a'], 'one'), chunk(['b'], 'two'), chunk(['c'], 'one')]);

    await expect(read()).rejects.toMatchObject({
      failure: 'malformed',
      message: expect.stringContaining('in a circle'),
    });
  });
});
