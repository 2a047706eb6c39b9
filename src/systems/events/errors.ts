import { CodedError } from '../../util/pure/coded-error.ts';

/** Every code that a sink of events can fail with. `docs/errors.md` is made from this table. */
export const eventsErrors = {
  EVENTS_SETTINGS_INVALID: {
    meaning: 'A setting of an event sink is malformed, or contradicts another.',
    hint: 'Correct the setting that the message names.',
  },
  EVENTS_SECRET_UNREADABLE: {
    meaning: 'A token, password or certificate file of an event sink cannot be read, or is empty.',
    hint: 'Check the path, and who may read it.',
  },
  EVENTS_NOT_WRITABLE: {
    meaning: 'The file or stream that events are written to does not take them.',
    hint: 'Check that the folder exists, that it may be written to, and that there is room.',
  },
  EVENTS_UNREACHABLE: {
    meaning: 'The system that should get the events cannot be connected to, or did not answer in time.',
    hint: 'Check the address, and that the system runs and can be reached from here.',
  },
  EVENTS_REFUSED: {
    meaning: 'The system that should get the events refuses them, or the credentials.',
    hint: 'Check credentials and rights, and that the address is one that takes events.',
  },
  EVENTS_UNAVAILABLE: {
    meaning:
      'The system that should get the events answers that it cannot take them now, and trying again did not help.',
    hint: 'Look into the logs of that system.',
  },
  EVENTS_TABLE_UNFIT: {
    meaning: 'The table for events is there, but has not the columns that are needed.',
    hint: 'Name a table that does not exist yet, or one with the columns time, cluster_name, type, level and payload.',
  },
} as const;

export type EventsErrorCode = keyof typeof eventsErrors;

/** A coded error of this room; without a nearer hint it carries the table's. */
export function eventsError(
  code: EventsErrorCode,
  message: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): CodedError<EventsErrorCode> {
  return new CodedError(code, message, { hint: eventsErrors[code].hint, ...options });
}
