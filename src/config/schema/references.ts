import * as z from 'zod';
import { expected } from './complaint.ts';
import { listOf, mapWith, section } from './containers.ts';
import { choice, text } from './leaves.ts';

const like = 'registry.example:5000/team';

const alias = mapWith({
  name: text('mirror.example/proxy', 'registry or part of one').describe(
    'Another name, as it stands in clusters: `HOST[:PORT]`, or that with the beginning of a path.',
  ),
  is: text(like, 'registry or part of one').describe('What is meant by it, written alike.'),
});

const jsonPaths = (what: string, example: string) =>
  listOf(text(example, 'JSONPath'), `['${example}']`, 1).exactOptional().describe(what);

const customResource = mapWith({
  group: z
    .string({ error: expected('text', 'write it like example.com') })
    .meta({ word: 'name', examples: ['example.com'] })
    .describe('The group of its API, with or without a version: `argoproj.io/v1alpha1`. The core group is empty.'),
  kind: text('Robot', 'name').describe('Its kind.'),
  resource: text('robots', 'name').describe('Its name in URLs, small letters and plural.'),
  images: jsonPaths('JSONPaths of names of images.', '$.spec.steps[*].image'),
  podSpecs: jsonPaths('JSONPaths of pod specs.', '$.spec.template.spec'),
  values: jsonPaths(
    "JSONPaths of maps like Helm's values: `registry`, `repository`, `tag`, `digest`.",
    '$.spec.values',
  ),
});

export const referencesSchema = section({
  aliases: listOf(alias, `[{name: mirror.example/proxy, is: '${like}'}]`)
    .prefault([])
    .describe('Mirrors, proxies and other names of the registry.'),
  defaultRegistries: listOf(text('docker.io', 'registry or part of one'), '[docker.io]')
    .prefault([])
    .describe(
      'What a name without a host may mean, every one of them: `app:1` in a pod. Without any, such a name may mean this registry, and keeps.',
    ),
  bad: choice(['protect', 'abort', 'ignore'])
    .prefault('protect')
    .describe(
      'What becomes of a name that can not be read: `protect` keeps all that it might mean, `abort` plans nothing, `ignore` passes it over.',
    ),
  customResources: listOf(
    customResource,
    '[{group: example.com, kind: Robot, resource: robots, images: [$.spec.image]}]',
  )
    .prefault([])
    .describe('Where images are named in kinds that Winnow does not know.'),
});

export type ReferencesInput = z.output<typeof referencesSchema>;
