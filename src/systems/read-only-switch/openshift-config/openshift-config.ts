import * as z from 'zod';
import type { ReadOnlySwitch } from '../contract.ts';
import { readOnlyFailure } from '../failure.ts';
import { awaitRollOut, endingPods, type RollOutTiming } from '../roll-out.ts';
import type { SwitchApi } from '../switch-api.ts';

/*
 * OpenShift's own registry belongs to an operator, which undoes what is done to its Deployment. It is told by
 * `configs.imageregistry.operator.openshift.io/cluster`, field `spec.readOnly`.
 */
const PATH = '/apis/imageregistry.operator.openshift.io/v1/configs/cluster';
const CALLED = 'configs.imageregistry.operator.openshift.io/cluster';
const NAMESPACE = 'openshift-image-registry';
const PODS = 'docker-registry=default';

const Config = z.object({
  metadata: z.object({ generation: z.number() }),
  spec: z.object({ readOnly: z.boolean().default(false) }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() }))
        .default([]),
    })
    .default({ observedGeneration: 0, conditions: [] }),
});
const Remembered = z.object({ readOnly: z.boolean() });

export function openshiftSwitch(api: SwitchApi, timing: RollOutTiming): ReadOnlySwitch {
  const set = async (readOnly: boolean, signal: AbortSignal) => {
    await api.patch(PATH, 'merge', { spec: { readOnly } }, signal);
    await awaitRollOut(`waiting for the operator of ${CALLED}`, timing, () => look(api, signal), signal);
  };
  return {
    kind: 'openshift-config',
    name: CALLED,
    remember: async (signal) => ({ readOnly: parse(Config, await api.get(PATH, signal)).spec.readOnly }),
    switchOn: (_, signal) => set(true, signal),
    switchBack: (remembered, signal) => set(parse(Remembered, remembered).readOnly, signal),
    close: () => api.close(),
  };
}

async function look(api: SwitchApi, signal: AbortSignal) {
  const { metadata, status } = parse(Config, await api.get(PATH, signal));
  if (status.observedGeneration < metadata.generation) return { missing: 'it has not seen the change' };
  for (const [type, wanted] of [
    ['Progressing', 'False'],
    ['Available', 'True'],
  ] as const) {
    const condition = status.conditions.find((one) => one.type === type);
    if (condition?.status !== wanted)
      return { missing: `${type} is ${condition?.status ?? 'unknown'}: ${condition?.message ?? 'no word'}` };
  }
  const ending = await endingPods(api, NAMESPACE, PODS, signal);
  return ending.length === 0 ? ('done' as const) : { missing: `pods are still ending: ${ending.join(', ')}` };
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join('.') ?? '';
  throw readOnlyFailure('READ_ONLY_CLUSTER_FAILED', `reading ${CALLED}: ${where} is not as it should be`);
}
