import type { ReadOnlySwitch } from '../contract.ts';

/** Somebody else has switched it. That it is so is seen at the servers, not here. */
export function manualSwitch(): ReadOnlySwitch {
  const nothing = async () => undefined;
  return {
    kind: 'manual',
    name: 'whoever runs the registry',
    remember: async () => null,
    switchOn: nothing,
    switchBack: nothing,
    close: nothing,
  };
}
