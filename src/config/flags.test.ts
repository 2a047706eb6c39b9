import { describe, expect, test } from 'vitest';
import { type Flags, flagName, readFlags } from './flags.ts';
import { layer } from './layers.ts';
import { formatProblem } from './problem.ts';

const valuesOf = (flags: Flags) => layer(undefined, readFlags(flags).assignments).value;
const complaints = (flags: Flags) => readFlags(flags).problems.map(formatProblem);

test('names of flags are those of settings with dashes', () => {
  expect(flagName('maxShareOfRepository')).toBe('--max-share-of-repository');
});

describe('what flags set', () => {
  test('single values go to their places, text read as the place takes it', () => {
    expect(
      valuesOf({
        registry: 'reg:5000',
        forceInsecure: true,
        retries: '2',
        maxShare: '40%',
        expiresAfter: '1h',
        logLevel: 'debug',
      }),
    ).toEqual({
      registry: { url: 'reg:5000', forceInsecure: true, retries: 2 },
      limits: { maxShare: '40%' },
      plan: { expiresAfter: '1h' },
      log: { level: 'debug' },
    });
  });

  test('--concurrency goes for reading and deleting', () => {
    expect(valuesOf({ concurrency: '3' })).toEqual({ registry: { concurrency: 3 }, apply: { concurrency: 3 } });
  });

  test('flags of other concerns are passed over', () => {
    const flags = { output: 'json', confirm: true, config: 'x.yaml' } as Flags;
    expect(valuesOf(flags)).toEqual({});
  });

  test('undefined flags and empty lists set nothing', () => {
    expect(valuesOf({ registry: undefined, records: [], transient: [], repositories: undefined })).toEqual({});
  });

  test('flags of retention become one policy, for all repositories where none is named', () => {
    expect(
      valuesOf({ policy: { keepNewest: '5', keepMatching: ['v*'], keepYoungerThan: '7d' }, minAge: '1h' }),
    ).toEqual({
      prune: {
        minAge: '1h',
        policies: [
          {
            name: 'command line',
            repositories: ['**'],
            keepNewest: 5,
            keepMatching: ['v*'],
            keepYoungerThan: '7d',
          },
        ],
      },
    });
  });

  test('clusters, aliases and default registries are lists; oc’s word for ignoring bad references works', () => {
    const flags = {
      clusters: ['manifests:gitops', 'kubernetes:?context=a,b'],
      alias: ['mirror.example/proxy=registry.example:5000/team'],
      defaultRegistry: ['docker.io'],
      ignoreInvalidRefs: true,
      clusterName: 'prod',
    };
    expect(valuesOf(flags)).toEqual({
      cluster: 'prod',
      clusters: ['manifests:gitops', 'kubernetes:?context=a,b'],
      references: {
        aliases: [{ name: 'mirror.example/proxy', is: 'registry.example:5000/team' }],
        defaultRegistries: ['docker.io'],
        bad: 'ignore',
      },
    });
    expect(complaints({ ignoreInvalidRefs: true, badReferences: 'protect' })[0]).toContain('--ignore-invalid-refs');
  });

  test('globs become a class of each kind, named like it', () => {
    const flags: Flags = {
      transient: ['steps/*', 'changes/*'],
      protected: ['base/*'],
      retained: ['agents/*'],
      whenNoRecord: 'retire',
      noRecordMinAge: '72h',
      keepNewest: '5',
      keepYoungerThan: '30d',
      onlyWhenRecordInactive: true,
    };
    expect(valuesOf(flags)).toEqual({
      reconcile: {
        classes: [
          {
            name: 'transient',
            kind: 'transient',
            repositories: ['steps/*', 'changes/*'],
            whenNoRecord: 'retire',
            noRecordMinAge: '72h',
          },
          {
            name: 'retained',
            kind: 'retained',
            repositories: ['agents/*'],
            keepYoungerThan: '30d',
            keepNewest: 5,
            onlyWhenRecordInactive: true,
          },
          { name: 'protected', kind: 'protected', repositories: ['base/*'] },
        ],
      },
    });
  });
});

describe('what flags contradict', () => {
  test('two names for the registry have to agree', () => {
    expect(complaints({ registry: 'a', registryUrl: 'b' })).toEqual([
      '--registry-url: it names another registry than --registry (give one of the two)',
    ]);
    expect(complaints({ registry: 'a', registryUrl: 'a' })).toEqual([]);
  });

  test('a flag that says more about a class needs the class', () => {
    expect(complaints({ transient: ['a/*'], keepNewest: '5' })).toEqual([
      '--keep-newest: it says more about --retained, which is not given (add --retained GLOB, or set keepNewest in a class of the settings file)',
    ]);
    expect(complaints({ whenNoRecord: 'retire', retained: ['a'] })).toEqual([
      '--when-no-record: it says more about --transient, which is not given (add --transient GLOB, or set whenNoRecord in a class of the settings file)',
    ]);
  });
});
