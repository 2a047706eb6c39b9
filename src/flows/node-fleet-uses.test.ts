import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../evidence/evidence.ts';
import type { Sink } from '../evidence/sink.ts';
import { imagesInUse } from './node-fleet-uses.ts';

const NODE = 'cri:///run/containerd/containerd.sock';

function seen(state: (sink: Sink, image: (key: string, ...names: string[]) => number) => void) {
  const { evidence, sink } = collectEvidence();
  state(sink, (key, ...names) => {
    const id = sink.resource('node-image', NODE, key);
    sink.exists(id, {});
    for (const name of names) sink.refers(sink.resource('image-reference', '', name), id, 'names');
    sink.refers(sink.resource('image-reference', NODE, key), id, 'names');
    return id;
  });
  return imagesInUse(evidence, 7);
}

function container(sink: Sink, key: string, images: readonly number[]) {
  const id = sink.resource('container', NODE, key);
  sink.exists(id, { attributes: { name: key, pod: 'shop/web-1' } });
  for (const image of images) sink.refers(id, image as never, 'uses');
}

describe('images in use on a node', () => {
  test('are those of containers in any state, of sandboxes and of whatever is held, by all their names', () => {
    const uses = seen((sink, image) => {
      container(sink, 'app', [image('sha256:a', 'r.example/a:1', 'r.example/a@sha256:aa')]);
      const sandbox = sink.resource('sandbox', NODE, 's');
      sink.exists(sandbox, {});
      sink.refers(sandbox, image('sha256:p', 'r.example/pause:3') as never, 'uses');
      sink.holds(image('sha256:h', 'r.example/held:1') as never, 'the runtime has it pinned');
      image('sha256:u', 'r.example/unused:1');
    });

    expect(uses).toEqual({
      takenAtMs: 7,
      images: ['r.example/a:1', 'r.example/a@sha256:aa', 'r.example/held:1', 'r.example/pause:3'],
      unseen: [],
    });
  });

  test('that have no name are unseen: they may be anything', () => {
    const uses = seen((sink, image) => container(sink, 'app', [image('sha256:a')]));

    expect(uses).toEqual({ takenAtMs: 7, images: [], unseen: ['image sha256:a is in use and has no name'] });
  });

  test('that are not there any more are unseen, too', () => {
    const uses = seen((sink) => container(sink, 'app', []));

    expect(uses.unseen).toEqual(['the image of container app of pod shop/web-1 is not there any more']);
    const dangling = seen((sink) => container(sink, 'app', [sink.resource('node-image', NODE, 'sha256:x')]));
    expect(dangling.unseen).toEqual(['the image of container app of pod shop/web-1 is not there any more']);
  });

  test('may be more than were seen where the survey has gaps', () => {
    const uses = seen((sink) =>
      sink.gap({ scope: '', hides: 'holds', source: 'cluster prod', cause: 'listing pods: 403' }),
    );

    expect(uses.unseen).toEqual(['cluster prod: listing pods: 403']);
  });
});
