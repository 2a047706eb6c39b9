import { describe, expect, test } from 'vitest';
import { readImagePruner } from './image-pruner.ts';
import { loadSettings } from './load.ts';
import { checkPruneImagesFlags, type PruneImagesFlags, pruneImagesOptions } from './prune-images-options.ts';

async function settingsOf(env: NodeJS.ProcessEnv = {}) {
  const { settings } = await loadSettings({
    flags: {},
    env,
    cwd: '/',
    home: '/nobody',
    systemFile: '/nobody/winnow.yaml',
  });
  return settings;
}

async function optionsOf(flags: PruneImagesFlags, spec?: string) {
  checkPruneImagesFlags(flags);
  return pruneImagesOptions(flags, spec === undefined ? undefined : prunerOf(spec), await settingsOf());
}

function prunerOf(spec: string) {
  const text = `apiVersion: imageregistry.operator.openshift.io/v1\nkind: ImagePruner\nmetadata: {name: cluster}\nspec: ${spec}\n`;
  return readImagePruner(text, 'pruner.yaml');
}

describe('the options of prune images', () => {
  test('are those of oc where nothing is said', async () => {
    expect(await optionsOf({})).toMatchObject({
      ...{ all: true, keepYoungerThanMs: 3_600_000, keepTagRevisions: 3, pruneOverSizeLimit: false },
      ...{ pruneRegistry: true, keepBlobs: false, numWorkers: 5, badReferences: 'protect', minAgeMs: 600_000 },
    });
  });

  test('typed with their own defaults mean the same as not typed (DV-16)', async () => {
    const typed = {
      all: true,
      pruneOverSizeLimit: false,
      pruneRegistry: true,
      forceInsecure: false,
      ignoreInvalidRefs: false,
    };
    expect(await optionsOf({ ...typed, keepTagRevisions: '3', keepYoungerThan: '60m' })).toEqual(await optionsOf({}));
  });

  test('take fewer workers than one for the usual number', async () => {
    expect((await optionsOf({ numWorkers: '0' })).numWorkers).toBe(5);
    expect((await optionsOf({ numWorkers: '-3' })).numWorkers).toBe(5);
    expect((await optionsOf({ numWorkers: '9' })).numWorkers).toBe(9);
  });

  test.each<[PruneImagesFlags, string]>([
    [
      { pruneOverSizeLimit: true, keepTagRevisions: '1' },
      '--prune-over-size-limit cannot be specified with --keep-tag-revisions nor --keep-younger-than',
    ],
    [
      { pruneOverSizeLimit: true, keepYoungerThan: '1h' },
      '--prune-over-size-limit cannot be specified with --keep-tag-revisions nor --keep-younger-than',
    ],
    [{ keepYoungerThan: '-1h' }, '--keep-younger-than must be greater than or equal to 0'],
    [{ keepTagRevisions: '-1' }, '--keep-tag-revisions must be greater than or equal to 0'],
    [{ keepTagRevisions: 'three' }, 'it is not a whole number'],
    [{ keepYoungerThan: 'yesterday' }, 'it is not a duration'],
    [{ registryUrl: 'ftp://registry.org' }, 'invalid --registry-url flag: unsupported scheme: ftp'],
    [{ registryUrl: 'registry.org/path' }, 'no path after <host>[:<port>] is allowed'],
    [
      { certificateAuthority: '/ca.crt', forceInsecure: true },
      '--certificate-authority cannot be specified with --force-insecure',
    ],
    [
      { certificateAuthority: '/ca.crt', registryUrl: 'http://registry.org' },
      '--certificate-authority cannot be specified for insecure http protocol',
    ],
  ])('are refused with a word on why: %j', (flags, why) => {
    expect(() => checkPruneImagesFlags(flags)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(why) }),
    );
  });

  test('are refused all at once, in the order of oc', () => {
    const flags = {
      pruneOverSizeLimit: true,
      keepTagRevisions: '-1',
      keepYoungerThan: '-1h',
      registryUrl: 'https:///',
    };
    expect(() => checkPruneImagesFlags(flags)).toThrow(
      /--prune-over-size-limit cannot[\s\S]*--keep-younger-than must[\s\S]*--keep-tag-revisions must[\s\S]*no host name/,
    );
  });

  test('come from settings and variables, too', async () => {
    const settings = await settingsOf({
      WINNOW_PRUNE_IMAGES_KEEP_TAG_REVISIONS: '7',
      WINNOW_PRUNE_IMAGES_ALL: 'false',
    });

    expect(pruneImagesOptions({}, undefined, settings)).toMatchObject({ keepTagRevisions: 7, all: false });
    expect(pruneImagesOptions({ all: true }, undefined, settings)).toMatchObject({ keepTagRevisions: 7, all: true });
  });
});

describe('an ImagePruner', () => {
  test('OP-01: says nothing of age: 60 minutes', async () => {
    expect((await optionsOf({}, '{schedule: "", suspend: false}')).keepYoungerThanMs).toBe(3_600_000);
  });

  test('OP-02: gives an age in nanoseconds', async () => {
    expect((await optionsOf({}, '{keepYoungerThan: 10000000000}')).keepYoungerThanMs).toBe(10_000);
  });

  test('OP-03: gives an age as a duration', async () => {
    expect((await optionsOf({}, '{keepYoungerThanDuration: 1h0m0s}')).keepYoungerThanMs).toBe(3_600_000);
  });

  test('OP-04: gives both, and the duration counts', async () => {
    const both = '{keepYoungerThan: 10000000000, keepYoungerThanDuration: 2h}';
    expect((await optionsOf({}, both)).keepYoungerThanMs).toBe(7_200_000);
  });

  test.each([
    ['OP-05', '{logLevel: Normal}', 'info'],
    ['OP-06', '{logLevel: Debug}', 'debug'],
    ['OP-06', '{logLevel: TraceAll}', 'debug'],
  ])('%s: with %s logs as %s', async (_, spec, level) => {
    expect((await optionsOf({}, spec)).logLevel).toBe(level);
  });

  test('OP-10: that goes on at bad references keeps what they may mean', async () => {
    expect((await optionsOf({}, '{ignoreInvalidImageReferences: true}')).badReferences).toBe('protect');
  });

  test('OP-11: that does not, stops there', async () => {
    expect((await optionsOf({}, '{ignoreInvalidImageReferences: false}')).badReferences).toBe('abort');
  });

  test('gives way to flags', async () => {
    const spec = '{keepTagRevisions: 5, keepYoungerThanDuration: 2h}';
    expect(await optionsOf({ keepTagRevisions: '1' }, spec)).toMatchObject({
      keepTagRevisions: 1,
      keepYoungerThanMs: 7_200_000,
    });
  });

  test('is found in a list, and what says how its pods run is passed over', () => {
    const list = JSON.stringify({
      kind: 'List',
      items: [{ kind: 'ImagePruner', spec: { keepTagRevisions: 4, resources: { requests: {} }, affinity: null } }],
    });
    expect(readImagePruner(list, 'list.json')).toEqual({ keepTagRevisions: 4 });
  });

  test.each([
    ['{keepTagRevisions: many}', /pruner.yaml:4:\d+: spec.keepTagRevisions: it is text, not a whole number/],
    ['{logLevel: Loud}', /spec.logLevel: it is none of Normal, Debug, Trace, TraceAll/],
    ['{keepYoungerThan: 60}', /spec.keepYoungerThan: it has no unit, and is taken for nanoseconds/],
  ])('with a wrong value is refused, with its place: %s', (spec, why) => {
    expect(() => prunerOf(spec)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(why) }),
    );
  });

  test('that is none is refused', () => {
    expect(() => readImagePruner('kind: Pod\n', 'pod.yaml')).toThrow(/holds no ImagePruner/);
  });
});
