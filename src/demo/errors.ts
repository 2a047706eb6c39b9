import { CodedError } from '../util/pure/coded-error.ts';

/** Every code that the demo's registry and world can fail with. */
export const demoErrors = {
  DEMO_LISTEN_FAILED: {
    meaning: 'The demo registry could not take its port.',
    hint: 'choose another port, or 0 for any that is free',
  },
  DEMO_NOT_EMPTY: {
    meaning: "The demo's world was to be made where there is a registry or a database already. Nothing was written.",
    hint: 'choose a new folder, or remove the old demo yourself',
  },
  DEMO_PUSH_FAILED: {
    meaning: "A registry refused a part of the demo's world, or could not be reached.",
    hint: 'check the address and the credentials, and that the registry is not read-only',
  },
} as const satisfies Readonly<Record<string, { readonly meaning: string; readonly hint: string }>>;

export type DemoErrorCode = keyof typeof demoErrors;

export class DemoError extends CodedError<DemoErrorCode> {
  constructor(code: DemoErrorCode, message: string, cause?: unknown) {
    super(code, message, { hint: demoErrors[code].hint, ...(cause === undefined ? {} : { cause }) });
  }
}
