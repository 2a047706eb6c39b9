import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { atEnd } from './at-end.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { makeTempFolder } from './temp-folder.ts';

/*
 * This is a fake: a few lines that answer like the API server of a cluster with one Deployment and OpenShift's image registry operator, as
 * far as switching to read-only mode asks. A change takes a few looks until it is rolled out.
 */

type Env = { name: string; value?: string | null; valueFrom?: unknown; $patch?: string };

export interface FakeKubeApi {
  /** A kubeconfig file for it. */
  readonly kubeconfig: string;
  /** Environment of the registry's container. */
  env: Env[];
  /** OpenShift's `spec.readOnly`. */
  readOnly: boolean;
  /** Looks until a change is rolled out. */
  looksNeeded: number;
  /** What the pods' condition says instead of getting ready. */
  stuck: boolean;
  /** Statuses to answer with, first come first served; 200 when there are none. */
  readonly failures: number[];
  /** Runs before a change of the Deployment is answered: what its controller would do to the registry. */
  onChange: (env: readonly Env[]) => Promise<void>;
  /** `PATCH deployments/registry`, in order. */
  readonly asked: string[];
}

const TOKEN = 'a-token-of-the-test';

export async function startFakeKubeApi(): Promise<FakeKubeApi> {
  let generation = 1;
  let looks = 0;
  const fake: FakeKubeApi = {
    ...{ kubeconfig: '', env: [{ name: 'OTHER', value: 'stays' }], readOnly: false, looksNeeded: 3, stuck: false },
    ...{ failures: [], asked: [], onChange: async () => undefined },
  };
  const changed = () => {
    generation += 1;
    looks = 0;
  };

  const deployment = () => {
    const isNew = looks >= fake.looksNeeded - 1 && !fake.stuck;
    const condition = fake.stuck
      ? { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }
      : { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };
    return {
      metadata: { generation },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'registry' } },
        template: { spec: { containers: [{ name: 'proxy' }, { name: 'registry', env: fake.env }] } },
      },
      status: {
        observedGeneration: looks === 0 ? generation - 1 : generation,
        ...{ replicas: isNew ? 2 : 3, updatedReplicas: isNew ? 2 : 1, availableReplicas: 2 },
        conditions: [condition],
      },
    };
  };
  const config = () => ({
    metadata: { generation },
    spec: { readOnly: fake.readOnly },
    status: {
      observedGeneration: looks === 0 ? generation - 1 : generation,
      conditions: [
        { type: 'Available', status: 'True' },
        { type: 'Progressing', status: looks < fake.looksNeeded ? 'True' : 'False', message: 'rolling out' },
      ],
    },
  });
  const pods = () => {
    const ending = looks <= fake.looksNeeded ? [{ metadata: { name: 'old-pod', deletionTimestamp: 'now' } }] : [];
    return { items: [{ metadata: { name: 'new-pod' } }, ...ending] };
  };

  const answer = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    const path = request.url ?? '';
    const short = path.replace(/^.*\/(deployments|configs|pods)/, '$1');
    fake.asked.push(`${request.method} ${short}`);
    const failure = fake.failures.shift();
    if (failure !== undefined) return { status: failure, body: { kind: 'Status', message: 'the fake says no' } };
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, body: { message: 'Unauthorized' } };
    if (path.startsWith('/api/v1/namespaces/')) return { status: 200, body: pods() };
    const isConfig = path.endsWith('/configs/cluster');
    if (!isConfig && !path.endsWith('/namespaces/apps/deployments/registry'))
      return { status: 404, body: { message: `${short} not found` } };
    if (request.method === 'PATCH') {
      const patch = JSON.parse(await textOf(request));
      if (isConfig) fake.readOnly = patch.spec.readOnly;
      else {
        fake.env = merged(fake.env, patch.spec.template.spec.containers[0].env);
        await fake.onChange(fake.env);
      }
      changed();
    } else looks += 1;
    return { status: 200, body: isConfig ? config() : deployment() };
  };

  const { server: own, ca } = await certificates();
  const tls = { cert: readFileSync(own.certificateFile), key: readFileSync(own.keyFile) };
  const server = createServer(tls, (request, response) => {
    answer(request).then(
      ({ status, body }) => response.writeHead(status).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(fake, { kubeconfig: writeKubeconfig(`https://127.0.0.1:${port}`, ca) });
}

/** A strategic merge: entries of the same name are merged, null takes a field away. */
function merged(env: readonly Env[], patches: readonly Env[]): Env[] {
  const byName = new Map(env.map((one) => [one.name, one]));
  for (const patch of patches) {
    if (patch.$patch === 'delete') byName.delete(patch.name);
    else {
      const whole = { ...byName.get(patch.name), ...patch };
      byName.set(patch.name, Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null)) as Env);
    }
  }
  return [...byName.values()];
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

let made: Promise<Certificates> | undefined;

function certificates(): Promise<Certificates> {
  made ??= makeCertificates();
  return made;
}

function writeKubeconfig(server: string, ca: string): string {
  const path = join(makeTempFolder('kube'), 'config');
  const body = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'fake' },
    clusters: [{ name: 'fake', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'fake', user: { token: TOKEN } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
  };
  writeFileSync(path, JSON.stringify(body));
  return path;
}
