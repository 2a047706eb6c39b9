import { explainIssue } from './explain-issue.ts';
import { formatPath, invalidSettings, type Path, type Problem } from './problem.ts';
import { type PruneImagesInput, pruneImagesSchema } from './schema/prune-images.ts';
import { isMap } from './shape.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/*
 * OpenShift's ImagePruner (imageregistry.operator.openshift.io/v1, there is one, named `cluster`), as far as it is read:
 *
 *   spec: { keepTagRevisions, keepYoungerThan (nanoseconds), keepYoungerThanDuration, ignoreInvalidImageReferences, logLevel, schedule, suspend }
 *
 * What says how its pods run (resources, affinity, history limits …) is passed over.
 */
const fields = [
  'keepTagRevisions',
  'keepYoungerThan',
  'keepYoungerThanDuration',
  'ignoreInvalidImageReferences',
  'logLevel',
  'schedule',
  'suspend',
] as const satisfies readonly (keyof PruneImagesInput)[];

/** What an ImagePruner says, as settings of `pruneImages` take it. Fields that it leaves open are absent. */
export type ImagePrunerFields = Partial<Pick<PruneImagesInput, (typeof fields)[number]>>;

/**
 * Reads an ImagePruner as `oc get imagepruner cluster -o yaml` writes it; a list that has one will do.
 *
 * @param fileName - as it is to be shown
 * @throws ConfigError CONFIG_INVALID
 */
export function readImagePruner(text: string, fileName: string): ImagePrunerFields {
  const yaml = readYaml(text, fileName);
  if (yaml.problems.length > 0) throw invalidSettings(yaml.problems);
  const found = findPruner(yaml.value);
  if (found === undefined)
    throw invalidSettings([
      {
        ...{ origin: { from: 'file', file: fileName, line: 1, column: 1 }, path: '' },
        message: 'it holds no ImagePruner',
        hint: 'write it with: oc get imagepruner cluster -o yaml',
      },
    ]);
  return readSpec(found.spec, yaml, [...found.path, 'spec']);
}

function findPruner(value: unknown): { readonly spec: unknown; readonly path: Path } | undefined {
  if (!isMap(value)) return undefined;
  if (value['kind'] === 'ImagePruner') return { spec: value['spec'] ?? {}, path: [] };
  const { items } = value as { readonly items?: unknown };
  for (const [index, item] of (Array.isArray(items) ? items : []).entries()) {
    const found = findPruner(item);
    if (found !== undefined) return { ...found, path: ['items', index, ...found.path] };
  }
  return undefined;
}

/** Only what it says itself: our defaults must not pass for its words. */
function readSpec(spec: unknown, yaml: YamlSource, at: Path): ImagePrunerFields {
  const written = Object.fromEntries(
    Object.entries(isMap(spec) ? spec : {}).filter(
      ([name, value]) => fields.some((field) => field === name) && value !== null && value !== '',
    ),
  );
  const read = pruneImagesSchema.safeParse(written);
  if (read.success)
    return Object.fromEntries(Object.entries(read.data).filter(([name]) => name in written)) as ImagePrunerFields;
  const problems = read.error.issues.flatMap((issue) =>
    explainIssue(issue, written).map(({ path, message, hint }): Problem => {
      const whole = [...at, ...path];
      return {
        origin: { from: 'file', file: yaml.file, ...yaml.placeOf(whole, 'value') },
        path: formatPath(whole),
        message,
        hint,
      };
    }),
  );
  throw invalidSettings(problems);
}
