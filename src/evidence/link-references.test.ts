import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Digest } from '../oci/digest.ts';
import { collectEvidence } from './evidence.ts';
import { type LinkReferencesRules, linkReferences } from './link-references.ts';
import { formatResource } from './resource.ts';
import { edgeKinds } from './sink.ts';

const HOST = 'registry.example:5000';
const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const [A, B, I, J, C] = ['a', 'b', '1', '2', 'c'].map(digest) as [Digest, Digest, Digest, Digest, Digest];

const rules: LinkReferencesRules = {
  ownHost: HOST,
  aliases: [],
  defaultRegistries: [],
  bad: 'protect',
  keepIndexOfUsedChild: true,
};

/**
 * `team/app:v1` → a (config c), `team/app:latest` → b, `team/multi:v1` → index 1 over index 2 over a, `library/nginx:1` → b, and b again in
 * `copies/app`, without a tag.
 */
function world(references: readonly string[], scope = '') {
  const { evidence, sink } = collectEvidence();
  const manifest = (repository: string, key: Digest) => {
    const id = sink.resource('manifest', `${HOST}/${repository}`, key);
    sink.exists(id, {});
    return id;
  };
  const tag = (repository: string, key: string, on: Digest) => {
    const id = sink.resource('tag', `${HOST}/${repository}`, key);
    sink.exists(id, { digest: on });
    sink.refers(id, manifest(repository, on), 'tag');
  };
  const workload = sink.resource('workload', 'prod/shop', 'Pod/web');
  sink.holds(workload, 'Pod shop/web (Running)');
  for (const reference of references) sink.refers(workload, sink.resource('image-reference', scope, reference), 'uses');
  tag('team/app', 'v1', A);
  tag('team/app', 'latest', B);
  tag('library/nginx', '1', B);
  manifest('copies/app', B);
  tag('team/multi', 'v1', I);
  sink.refers(manifest('team/multi', I), manifest('team/multi', J), 'child');
  sink.refers(manifest('team/multi', J), manifest('team/multi', A), 'child');
  sink.refers(manifest('team/app', A), sink.resource('blob', HOST, C), 'config');
  return { evidence, sink };
}

/** What the references name, without the host, sorted. */
function named(references: readonly string[], more: Partial<LinkReferencesRules> = {}, scope = '') {
  const { evidence, sink } = world(references, scope);
  const bad = linkReferences(evidence, sink, { ...rules, ...more });
  const { from, to, kinds, length } = evidence.edges;
  const names = new Set<string>();
  for (let n = 0; n < length; n += 1)
    if (edgeKinds[kinds[n] as number] === 'names' && from[n] !== undefined)
      names.add(formatResource(evidence.resources.at(to[n] as number)).slice(HOST.length + 1));
  return { bad, names: [...names].sort() };
}

const short = (names: readonly string[]) => names.map((one) => one.replace(/sha256:(.)\1+/, '$1'));

describe('a name with the registry’s own host', () => {
  test.each([
    [`${HOST}/team/app:v1`, ['team/app:v1']],
    [`${HOST}/team/app`, ['team/app:latest']],
    [`REGISTRY.example:5000/team/app:v1`, ['team/app:v1']],
    [`${HOST}/team/app:gone`, []],
    [`${HOST}/app:v1`, []],
    [`registry.example/team/app:v1`, []],
    [`elsewhere.example/team/app:v1`, []],
  ])('%s names %j', (reference, expected) => {
    expect(named([reference])).toEqual({ bad: [], names: expected });
  });
});

describe('a digest', () => {
  test('is looked for in every repository, whatever the name, and keeps the tags that are on it', () => {
    expect(short(named([`elsewhere.example/any@${B}`]).names)).toEqual([
      'copies/app@b',
      'library/nginx:1',
      'library/nginx@b',
      'team/app:latest',
      'team/app@b',
    ]);
  });

  test('of an image keeps all indexes that list it, at any depth, and their tags; or not, if so set', () => {
    expect(short(named([`x.example/a@${A}`]).names)).toEqual([
      ...['team/app:v1', 'team/app@a', 'team/multi:v1', 'team/multi@1', 'team/multi@2', 'team/multi@a'],
    ]);
    expect(short(named([`x.example/a@${A}`], { keepIndexOfUsedChild: false }).names)).toEqual([
      ...['team/app:v1', 'team/app@a', 'team/multi@a'],
    ]);
  });

  test('alone may be that of a config', () => {
    expect(short(named([C]).names)).toContain('team/app:v1');
    expect(short(named([`team/app@${C}`]).names)).toContain('team/app:v1');
  });

  test('beside a tag does not make the tag forgotten', () => {
    expect(short(named([`${HOST}/team/app:latest@${A}`], { keepIndexOfUsedChild: false }).names)).toEqual([
      ...['team/app:latest', 'team/app:v1', 'team/app@a', 'team/multi@a'],
    ]);
  });
});

describe('other names of the registry', () => {
  const mirror = { aliases: [{ name: 'mirror.example/proxy', is: `${HOST}/team` }] };

  test('lead to it by whole parts of names', () => {
    expect(named(['mirror.example/proxy/app:v1'], mirror).names).toEqual(['team/app:v1']);
    expect(named(['mirror.example/proxying/app:v1', 'mirror.example/app:v1'], mirror).names).toEqual([]);
    expect(
      named(['mirror.example/app:v1'], { aliases: [{ name: 'mirror.example', is: `${HOST}/team/` }] }).names,
    ).toEqual(['team/app:v1']);
  });

  test('may be other names of other names, and go round in circles', () => {
    const aliases = [
      { name: 'a.example', is: 'b.example' },
      { name: 'b.example', is: 'a.example/x' },
      { name: 'a.example/x', is: HOST },
    ];
    expect(named(['b.example/team/app:v1'], { aliases }).names).toEqual(['team/app:v1']);
  });

  test('count for what could not be seen as well', () => {
    const { evidence, sink } = world([]);
    const gap = { hides: 'holds', source: 'cluster prod', cause: 'it did not answer' } as const;
    for (const scope of ['mirror.example/proxy/app', 'mirror.example', 'elsewhere.example', '', HOST])
      sink.gap({ ...gap, scope });
    linkReferences(evidence, sink, { ...rules, ...mirror });
    expect(evidence.gaps.slice(5).map(({ scope }) => scope)).toEqual([`${HOST}/team/app`, `${HOST}/team`]);
  });
});

describe('a name without a host', () => {
  test('may mean any repository of that name where no default says what it means', () => {
    expect(named(['app:v1']).names).toEqual(['team/app:v1']);
    expect(named(['team/app']).names).toEqual(['team/app:latest']);
    expect(named(['nginx:1']).names).toEqual(['library/nginx:1']);
    expect(named(['pp:v1']).names).toEqual([]);
  });

  test('means what the defaults say, each of them', () => {
    expect(named(['app:v1'], { defaultRegistries: ['docker.io'] }).names).toEqual([]);
    expect(named(['app:v1'], { defaultRegistries: ['docker.io', `${HOST}/team`] }).names).toEqual(['team/app:v1']);
    const hub = { defaultRegistries: ['docker.io'], aliases: [{ name: 'docker.io', is: HOST }] };
    expect(named(['nginx:1'], hub).names).toEqual(['library/nginx:1']);
    expect(named(['index.docker.io/library/nginx:1'], hub).names).toEqual(['library/nginx:1']);
  });

  test('of an image stream is none of a default registry', () => {
    expect(named(['team/app:v1'], { defaultRegistries: ['docker.io'] }, 'openshift').names).toEqual(['team/app:v1']);
  });

  test('may begin with a host that has neither dot nor port', () => {
    const { evidence, sink } = collectEvidence();
    const tag = sink.resource('tag', 'registry/team/app', 'v1');
    sink.exists(tag, {});
    sink.refers(
      sink.resource('workload', 'p', 'Pod/a'),
      sink.resource('image-reference', '', 'registry/team/app:v1'),
      'uses',
    );
    linkReferences(evidence, sink, { ...rules, ownHost: 'registry', defaultRegistries: ['docker.io'] });
    expect(evidence.edges.to[evidence.edges.length - 1]).toBe(tag);
  });
});

describe('a name that can not be read', () => {
  test('keeps all of every repository that stands in it, and is told with who has it', () => {
    const { bad, names } = named(['{{ .registry }}/TEAM/app:{{ .tag }}']);
    expect(short(names)).toEqual(['team/app:latest', 'team/app:v1', 'team/app@a', 'team/app@b']);
    expect(bad).toEqual([
      {
        reference: '{{ .registry }}/TEAM/app:{{ .tag }}',
        by: ['Pod shop/web (Running)'],
        why: expect.stringContaining('is not a repository name'),
        keeps: ['team/app'],
      },
    ]);
  });

  test('keeps what stands in it as the beginning of a digest', () => {
    expect(short(named([`App@${A.slice(0, 20)}`], { keepIndexOfUsedChild: false }).names)).toEqual([
      ...['team/app:v1', 'team/app@a', 'team/multi@a'],
    ]);
  });

  test('keeps nothing where that is set, and is told all the same', () => {
    const { bad, names } = named(['TEAM/app'], { bad: 'ignore' });
    expect(names).toEqual([]);
    expect(bad).toMatchObject([{ reference: 'TEAM/app', keeps: [] }]);
  });

  test('that nobody uses is of no concern', () => {
    const { evidence, sink } = world([]);
    sink.resource('image-reference', '', 'TEAM/app');
    expect(linkReferences(evidence, sink, rules)).toEqual([]);
  });
});

describe('whatever is used', () => {
  const anyText = fc.oneof(
    fc.string(),
    fc.constantFrom(`${HOST}/team/app:v1`, `x@${A}`, 'app', A, C, '@', ':', 'TEAM/APP', 'mirror.example/team/app:v1'),
  );

  test('one more reference never takes a name away from another', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 4 }), anyText, (references, one) => {
        const before = named(references).names;
        const after = named([...references, one]).names;
        expect(after).toEqual(expect.arrayContaining(before));
      }),
    );
  });

  test('each reference is understood or told to be bad', () => {
    fc.assert(
      fc.property(anyText, (reference) => {
        const { bad } = named([reference]);
        expect(bad.length).toBeLessThanOrEqual(1);
        for (const one of bad) expect(one.reference).toBe(reference);
      }),
    );
  });

  test('one more alias or default never takes a name away, but for names without a host', () => {
    const withHost = anyText.filter((text) => text.includes('.example') || text.startsWith('sha256:'));
    const place = fc.constantFrom('mirror.example', 'docker.io', HOST, `${HOST}/team`);
    fc.assert(
      fc.property(withHost, place, place, (reference, name, is) => {
        const more = { aliases: [{ name, is }], defaultRegistries: [name] };
        expect(named([reference], more).names).toEqual(expect.arrayContaining(named([reference]).names));
      }),
    );
  });
});
