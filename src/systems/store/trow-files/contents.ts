import { type Digest, digestsIn } from '../../../oci/digest.ts';
import { type Manifest, parseManifest } from '../../../oci/manifest.ts';
import { sha256Hex } from '../../../util/pure/hash.ts';
import { newBreath } from '../on-disk/breath.ts';
import { readBlob, statBlob } from './blobs.ts';
import { repositoryScope } from './scopes.ts';
import type { StatedManifests, SurveyState } from './survey-state.ts';

/** As Trow's own limit, and everybody's. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * Why something is looked at as a manifest, the strongest reason first. `named`: by a tag or a file of its own; `guess`: something
 * unknown mentions it.
 */
const standings = ['named', 'child', 'history', 'guess'] as const;

interface Task {
  readonly digest: Digest;
  readonly standing: (typeof standings)[number];
  /** Where it is told, if it can't be read. */
  readonly repository: string;
}

type Contents = ReadonlyMap<Digest, Manifest | undefined>;

/**
 * Reads the manifests, and what they have as children, each once, and states what hangs on their contents.
 * @throws STORE_WALK_FAILED
 */
export async function readContents(
  survey: SurveyState,
  repositories: readonly StatedManifests[],
  signal: AbortSignal,
): Promise<void> {
  const breath = newBreath();
  const contents = new Map<Digest, Manifest | undefined>();
  const open = standings.map((): Task[] => []);
  const add = (task: Task) => void open[standings.indexOf(task.standing)]?.push(task);
  for (const task of firstTasks(repositories)) add(task);
  // Each is judged by its best standing: so those are looked at first.
  for (;;) {
    const task = open.find((tasks) => tasks.length > 0)?.pop();
    if (task === undefined) break;
    signal.throwIfAborted();
    if (contents.has(task.digest)) continue;
    const content = readContent(survey, task);
    contents.set(task.digest, content);
    for (const further of content === undefined ? [] : furtherTasks(content, task)) add(further);
    if (breath.isDue()) await breath.take();
  }
  for (const stated of repositories) stateWithin(survey, stated, contents);
}

function* firstTasks(repositories: readonly StatedManifests[]): Generator<Task> {
  for (const { repository, manifests } of repositories)
    for (const [digest, { isNamed }] of manifests)
      yield { digest, repository, standing: isNamed ? 'named' : 'history' };
}

function* furtherTasks({ references }: Manifest, { repository, standing }: Task): Generator<Task> {
  for (const { as, to } of references) {
    if (as === 'child') yield { digest: to.digest, repository, standing: standing === 'guess' ? 'guess' : 'child' };
    if (as === 'opaque' || as === 'subject') yield { digest: to.digest, repository, standing: 'guess' };
  }
}

/** States what hangs on one content. @returns `undefined`: it is no manifest, or nothing is known of it */
function readContent(survey: SurveyState, task: Task): Manifest | undefined {
  const { digest, standing } = task;
  const sizeBytes = statBlob(survey.disk, digest)?.size;
  if (sizeBytes === undefined) {
    // An index may name what was never pushed here, and history what was collected. A tag may not.
    if (standing === 'named') doubtContent(survey, task, 'it has no data');
    return undefined;
  }
  if (sizeBytes > MAX_MANIFEST_BYTES) {
    if (standing !== 'guess') doubtContent(survey, task, `it has ${sizeBytes} bytes, more than any manifest`);
    return undefined;
  }
  const bytes = readBlob(survey.disk, digest, MAX_MANIFEST_BYTES);
  if (bytes === undefined) return readContent(survey, task); // gone a moment ago
  if (standing === 'guess' && bytes[0] !== OPENING_BRACE) return undefined;

  const content = stateContent(survey, digest, bytes);
  if (`sha256:${sha256Hex(bytes)}` !== digest)
    doubtContent(survey, task, 'its bytes are not those of its digest: it is damaged');
  else if (content.kind === 'opaque' && content.references.length === 0 && standing !== 'guess')
    tellGap(
      survey,
      task,
      content.opaqueBecause ?? 'it is no manifest',
      'Look what was pushed there: no client can pull it.',
    );
  return content;
}

const OPENING_BRACE = 0x7b;

function stateContent({ sink, name }: SurveyState, digest: Digest, bytes: Uint8Array): Manifest {
  const from = sink.resource('blob', name, digest);
  const content = parseManifest(bytes, '');
  const told = new Set<Digest>([digest]);
  for (const { as, to } of content.references) {
    if (as === 'subject' || as === 'opaque') continue;
    told.add(to.digest);
    sink.refers(from, sink.resource('blob', name, to.digest), as);
  }
  for (const other of digestsIn(new TextDecoder().decode(bytes)))
    if (!told.has(other)) sink.refers(from, sink.resource('blob', name, other), 'opaque');
  return content;
}

/** Children and subjects among the manifests of a repository. */
function stateWithin(
  { sink, name }: SurveyState,
  { repository, manifests }: StatedManifests,
  contents: Contents,
): void {
  for (const [digest, { id }] of manifests)
    for (const { as, to } of contents.get(digest)?.references ?? []) {
      if (as !== 'child' && as !== 'subject') continue;
      const isStated = manifests.has(to.digest);
      if (isStated) sink.refers(id, sink.resource('manifest', repositoryScope(name, repository), to.digest), as);
    }
}

/** What it names is not known for sure: it could be any blob. */
function doubtContent(survey: SurveyState, task: Task, cause: string): void {
  tellGap(survey, task, cause, 'Push the image again, or remove its tags (winnow tag rm): until then no blob goes.');
  survey.sink.refers(survey.sink.resource('blob', survey.name, task.digest), survey.doubt.resource(), 'opaque');
}

function tellGap({ sink, name }: SurveyState, { digest, repository }: Task, cause: string, hint: string): void {
  sink.gap({
    scope: repositoryScope(name, repository),
    hides: 'references',
    source: `store ${name}`,
    cause: `reading the manifest ${digest} of ${repository}: ${cause}`,
    hint,
  });
}
