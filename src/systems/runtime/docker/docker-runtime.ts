import type { Runtime, RuntimeReader } from '../contract.ts';
import { diskAt } from '../disk.ts';
import { runtimeFailure } from '../errors.ts';
import { Conflict, type Engine, openEngine } from './engine.ts';
import {
  type EngineContainer,
  type EngineImageDetails,
  type EngineInfo,
  nameOf,
  realNames,
  stateOf,
  tagsOf,
} from './messages.ts';
import { surveyDocker } from './survey.ts';

export interface DockerSettings {
  /** Absolute path of the socket. */
  readonly socket: string;
  readonly timeoutMs: number;
}

/** Docker, by its Engine API. @throws RUNTIME_SOCKET_MISSING, RUNTIME_FORBIDDEN, RUNTIME_UNREACHABLE, RUNTIME_UNKNOWN */
export async function openDockerRuntime({ socket, timeoutMs }: DockerSettings, signal: AbortSignal): Promise<Runtime> {
  const engine = openEngine(socket, timeoutMs);
  try {
    const version = await engine.version(signal);
    if (version === undefined) throw runtimeFailure('RUNTIME_UNKNOWN', `asking ${socket} what it is: it is no Docker`);
    return { ...readingHalf(engine, socket, version), ...writingHalf(engine) };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

function readingHalf(engine: Engine, socket: string, version: string): RuntimeReader {
  const name = `docker://${socket}`;
  // Until a survey meets an image of which no history tells the sizes of its layers.
  let exactBytes = true;
  return {
    name,
    describe: async () => ({ product: 'docker', version, exactBytes }),
    source: () => ({
      name: `runtime ${name}`,
      survey: async (sink, signal) => {
        exactBytes = await surveyDocker({ engine, sink, scope: name }, signal);
      },
    }),
    disks: async (signal) => {
      const info = await engine.get<EngineInfo>('/info', signal);
      return info === undefined ? [] : [await diskAt(info.DockerRootDir)];
    },
    whyNotRelease: async () => 'Docker keeps no packed layers',
    close: () => engine.close(),
  };
}

function writingHalf(engine: Engine): Omit<Runtime, keyof RuntimeReader> {
  return {
    containers: async (signal) =>
      (await engine.list<EngineContainer>('/containers/json?all=1', signal)).map((one) => ({
        ...{ id: one.Id, state: stateOf(one), sandbox: '', images: [one.ImageID] },
        words: `${nameOf(one)} (${one.State})`,
      })),
    sandboxes: async () => [],
    image: async (id, signal) => {
      const image = await engine.get<EngineImageDetails>(`/images/${id}/json`, signal);
      if (image === undefined) return undefined;
      const pulledAtMs = Date.parse(image.Metadata?.LastTagTime ?? '');
      return {
        ...{ id: image.Id, pinned: false, tags: tagsOf(image), digests: realNames(image.RepoDigests) },
        ...(pulledAtMs > 0 ? { pulledAtMs } : {}),
      };
    },
    removeContainer: (id, signal) => engine.remove(`/containers/${id}`, signal),
    removeSandbox: async () => undefined,
    removeImage: (id, signal) => removeImage(engine, id, signal),
    pull: async (reference, signal) => await pull(engine, reference, signal),
    tag: (reference, id, signal) => tag(engine, reference, id, signal),
    collect: async () => undefined,
  };
}

/**
 * Name by name, the last of which takes the image along: so the engine itself refuses what has come into use meanwhile. Then the names that
 * went already are given back.
 */
async function removeImage(engine: Engine, id: string, signal: AbortSignal): Promise<'removed' | 'in-use'> {
  const image = await engine.get<EngineImageDetails>(`/images/${id}/json`, signal);
  // Not by digest: that takes all tags of its repository along. What is left by digest goes with the id.
  const tags = image === undefined ? [] : tagsOf(image);
  const gone: string[] = [];
  try {
    for (const one of tags) {
      await engine.remove(`/images/${encode(one)}`, signal);
      gone.push(one);
    }
    await engine.remove(`/images/${id}`, signal);
    return 'removed';
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    for (const one of gone) await tag(engine, one, id, signal);
    return 'in-use';
  }
}

async function tag(engine: Engine, reference: string, id: string, signal: AbortSignal): Promise<void> {
  const colon = reference.lastIndexOf(':');
  const query = new URLSearchParams({ repo: reference.slice(0, colon), tag: reference.slice(colon + 1) });
  await engine.post(`/images/${id}/tag?${query}`, signal);
}

/** The reply is a stream of JSON documents; a failure is told in one of them, after the status has said that all is well. */
async function pull(engine: Engine, reference: string, signal: AbortSignal): Promise<string> {
  const told = await engine.post(`/images/create?${new URLSearchParams({ fromImage: reference })}`, signal);
  const failure = /"error":"((?:[^"\\]|\\.)*)"/.exec(told ?? '')?.[1];
  if (told === undefined || failure !== undefined)
    throw runtimeFailure('RUNTIME_FAILED', `pulling ${reference}: ${failure ?? 'its registry has no such image'}`);
  return reference;
}

/** A name in a path keeps its slashes. */
function encode(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
