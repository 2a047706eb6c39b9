import { hostname } from 'node:os';
import { type KubeApi, openKubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import { ownNamespace } from '../../../util/kubernetes/kube-namespace.ts';
import type { EventSink } from '../contract.ts';
import { type EventsErrorCode, eventsError } from '../errors.ts';
import { eventObject, type Pod } from './event-object.ts';

export interface KubernetesEventsOptions {
  /** Of the pod, and so of its events. Absent: the pod's own, else the context's, else `default`. */
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** What the events are about. Absent: the pod of this process, by its host's name. */
  readonly pod?: Pod;
}

const TIMES = { connectMs: 5000, answerMs: 10_000, attempts: 4, retryForMs: 20_000 };

/** Events of a cluster about one of its pods (`create` on `events.events.k8s.io`): seen with `kubectl get events`. */
export function kubernetesEvents(options: KubernetesEventsOptions): EventSink {
  const { kubeconfig, context } = options;
  const login = { ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) };
  const name = `events of a cluster${options.namespace === undefined ? '' : `, namespace ${options.namespace}`}`;
  const pod = options.pod ?? { name: hostname() };
  let opening: Promise<{ readonly api: KubeApi; readonly namespace: string }> | undefined;
  const opened = () => {
    opening ??= open();
    return opening;
  };

  async function open() {
    const namespace = options.namespace ?? (await ownNamespace(login)) ?? 'default';
    return { namespace, api: await openKubeApi({ ...login, times: TIMES }) };
  }

  return {
    name,
    async check(signal) {
      signal.throwIfAborted();
      await coded(`looking at the cluster for ${name}`, signal, async () => {
        await (await opened()).api.get('/version', signal);
      });
    },
    async send(event, signal) {
      signal.throwIfAborted();
      await coded(`sending an event to ${name}`, signal, async () => {
        const { api, namespace } = await opened();
        const path = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`;
        await api.post(path, eventObject(event, namespace, pod), signal).catch((error: unknown) => {
          if (!(error instanceof KubeError) || error.status !== 409) throw error; // it is there already
        });
      });
    },
    async close() {
      if (opening === undefined) return;
      const { api } = await opening;
      opening = undefined;
      await api.close();
    },
  };
}

const codes = {
  settings: 'EVENTS_SETTINGS_INVALID',
  login: 'EVENTS_SECRET_UNREADABLE',
  unreachable: 'EVENTS_UNREACHABLE',
  refused: 'EVENTS_REFUSED',
  malformed: 'EVENTS_UNAVAILABLE',
  'too-large': 'EVENTS_UNAVAILABLE',
} as const satisfies Readonly<Record<KubeError['failure'], EventsErrorCode>>;

async function coded(doing: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubeError)) throw error;
    throw eventsError(codes[error.failure], `${doing}: ${error.message}`, {
      cause: error,
      ...(error.status === 403 ? { hint: 'Allow create on events.events.k8s.io in that namespace.' } : {}),
    });
  }
}
