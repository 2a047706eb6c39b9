import { ShardedDigests } from '../../../evidence/sharded-digests.ts';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import { findBlobLeftovers, findLeftovers } from './find-leftovers.ts';
import { findRepositories } from './find-repositories.ts';
import { listLayers, lookAtBlobs, lookAtLayerLinks, lookAtLinks } from './look-at-blobs.ts';
import { listBlobs, listFirstBytes } from './read-blobs.ts';
import { ManifestReader } from './read-manifest.ts';
import { type RepositoryReading, readPart, readRepository } from './read-repository.ts';
import { revisionsSince, signaturesOf } from './revisions-since.ts';
import type {
  Answer,
  Ask,
  Knowledge,
  Leftover,
  PartAsked,
  RepositoriesFound,
  RepositoryFound,
  TaskName,
} from './tasks.ts';

/** Does tasks, one after the other: in a thread of its own, or in the thread that asks. All its calls are synchronous. */
export interface Performer {
  learn(knowledge: Knowledge): void;
  /** @throws STORE_WALK_FAILED */
  perform<Name extends TaskName>(task: Name, ask: Ask<Name>): Answer<Name>;
}

export function newPerformer(place: DiskPlace): Performer {
  let knowledge: Knowledge | undefined;
  let listed: ShardedDigests | undefined;
  let doubted: ShardedDigests | undefined;
  const blobs = () => listed ?? unknowing();
  const unknowing = (): never => {
    throw new Error('a reader was asked about blobs that it was not told of');
  };

  const survey = (
    read: (reading: RepositoryReading, parts: PartAsked[]) => RepositoryFound[],
    withLeftovers = false,
  ): RepositoriesFound => {
    const manifests = new ManifestReader(place, blobs(), knowledge ?? unknowing());
    const parts: PartAsked[] = [];
    const leftovers: Leftover[] = [];
    const reading = { place, blobs: blobs(), manifests };
    const repositories = read(
      withLeftovers ? { ...reading, leftovers: { doubted, found: leftovers } } : reading,
      parts,
    );
    const { pages, strays, unreadable, schema1, incomplete } = manifests;
    return { repositories, manifests: pages.finish(), strays, unreadable, schema1, incomplete, parts, leftovers };
  };

  const skills: { [Name in TaskName]: (ask: Ask<Name>) => Answer<Name> } = {
    listFirstBytes: () => listFirstBytes(place),
    listBlobs: ({ firstBytes }) => firstBytes.map((firstByte) => listBlobs(place, firstByte)),
    findRepositories: () => findRepositories(place),
    surveyRepositories: ({ repositories, leftovers }) =>
      survey(
        (reading, parts) => repositories.map((repository) => readRepository(reading, repository, parts)),
        leftovers,
      ),
    surveyPart: (part) => survey((reading) => [readPart(reading, part)]),
    listLayers: ({ repository }) => listLayers(place, blobs(), repository),
    listSignatures: ({ repository, manifest }) => signaturesOf(place, repository, manifest),
    lookAtBlobs: ({ from, to }) => lookAtBlobs(place, blobs(), from, to),
    lookAtLinks: ({ repositories }) => repositories.map((repository) => lookAtLinks(place, blobs(), repository)),
    lookAtLayerLinks: ({ links }) => links.map((one) => lookAtLayerLinks(place, blobs(), one)),
    findLeftovers: (ask) =>
      ask.repositories.flatMap((one) => findLeftovers({ place, blobs: blobs(), doubted }, one, ask.thorough).leftovers),
    findBlobLeftovers: ({ firstByte }) => findBlobLeftovers(place, firstByte),
    findRevisionsSince: ({ repositories, sinceMs }) =>
      repositories.flatMap((repository) =>
        revisionsSince(place, repository, sinceMs).map((digest) => ({ repository, digest })),
      ),
  };
  return {
    learn: (more) => {
      knowledge = more;
      listed = new ShardedDigests(more.shards);
      doubted = more.doubted === undefined ? undefined : new ShardedDigests(more.doubted);
    },
    perform: (task, ask) => skills[task](ask),
  };
}
