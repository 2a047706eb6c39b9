import { CodedError } from '../util/pure/coded-error.ts';

/** Every code that the service can answer with, and its HTTP status. `docs/errors.md` is made from this table. */
export const serviceErrors = {
  RUN_NOT_FOUND: {
    status: 404,
    meaning: 'There is no run of this id in the history, or it was forgotten.',
    hint: 'Look at the list of runs.',
  },
  RUN_IN_OTHER_STATE: {
    status: 409,
    meaning: 'The run is not in a state in which this can be asked of it: somebody was first, or it ended.',
    hint: 'Look at the run: it tells who decided, and when.',
  },
  RUN_UNDER_WAY: {
    status: 409,
    meaning: 'A run of this schedule goes on, or waits for a person. There is never a second one.',
    hint: 'Decide on that run, or stop it.',
  },
  RUN_NOT_UNDOABLE: {
    status: 409,
    meaning: 'The run removed nothing, was taken back already, or its time for that is over.',
    hint: 'Look at the run: it tells what it removed. apply.undoFor is how long a run can be taken back.',
  },
  RUN_BREAKS_NO_LIMIT: {
    status: 409,
    meaning: 'The plan breaks no limit: none has to be raised.',
    hint: 'Approve the plan.',
  },
  SCHEDULE_NOT_FOUND: { status: 404, meaning: 'The settings name no such schedule.', hint: 'Look at serve.schedules.' },
  PLAN_NOT_FOUND: { status: 404, meaning: 'The run has no plan: not yet, or it made none.', hint: 'Look at the run.' },
  PLAN_OTHER_HASH: {
    status: 409,
    meaning: 'What was approved is not the plan that waits: it was made anew since it was looked at.',
    hint: 'Look at the plan again.',
  },
  PLAN_BREAKS_LIMITS: {
    status: 409,
    meaning: 'The plan breaks limits of the settings, so it can be shown, not applied.',
    hint: 'An administrator can plan once more with raised limits, for this run alone.',
  },
  PLAN_EXPIRED_BEFORE_APPROVAL: {
    status: 409,
    meaning: 'The plan is too old to be applied.',
    hint: 'Start a run of the schedule: it makes a new plan.',
  },
  NO_EVIDENCE: {
    status: 404,
    meaning: 'No run of prune about this registry has left evidence on this replica.',
    hint: 'Start a run of such a schedule.',
  },
  NO_INVENTORY: {
    status: 404,
    meaning: 'Nothing is known of this registry, repository or image: no run has seen it.',
    hint: 'Look at the list of registries, or start a run.',
  },
  POLICY_INVALID: { status: 422, meaning: 'The policies to try are no good settings.', hint: 'Correct what is named.' },
  ROLE_TOO_LOW: {
    status: 403,
    meaning: 'This asks for a role with more rights.',
    hint: 'Ask an approver, or an administrator, of this service.',
  },
  NOT_SIGNED_IN: {
    status: 401,
    meaning: 'Nobody is known to ask: no token, an unknown one, or a user without a role.',
    hint: 'Send a token as `Authorization: Bearer …`, or come through the proxy that signs people in.',
  },
  CROSS_SITE: {
    status: 403,
    meaning: 'The request was not sent by a page of this service.',
    hint: 'Load the page again, and send the form from there.',
  },
  REQUEST_INVALID: {
    status: 400,
    meaning: 'A field of the request is missing, unknown or of the wrong kind.',
    hint: 'Correct what is named; /openapi.json tells the form.',
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    meaning: 'The body of the request is larger than this takes.',
    hint: 'Send less at a time.',
  },
  REQUEST_TYPE_UNSUPPORTED: {
    status: 415,
    meaning: 'The body of the request is of a type that is not read here.',
    hint: 'Send it with the Content-Type that is named.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    meaning: 'The Idempotency-Key was sent before, to start a run of another schedule, or by somebody else.',
    hint: 'Make a new key for each run that is wanted.',
  },
  TOO_MANY_ATTEMPTS: {
    status: 429,
    meaning: 'Too many wrong tokens came from this address. For a minute none is looked at.',
    hint: 'Wait a minute, then send the right one.',
  },
  TOO_MANY_LISTENERS: {
    status: 503,
    meaning: 'As many as are served listen to events already.',
    hint: 'Close a page, or ask for /api/v1/runs every few seconds.',
  },
  ACCESS_TOKEN_UNREADABLE: {
    status: 500,
    meaning: 'A file that should hold a token, or a secret, can’t be read.',
    hint: 'Correct the path in serve.access or serve.notifications, or let this user read the file.',
  },
  ACCESS_TOKEN_TOO_SHORT: {
    status: 500,
    meaning: 'A token, or a secret, has fewer than 16 characters, so that it could be guessed.',
    hint: 'Write a longer one into the file: `openssl rand -hex 24` makes one.',
  },
  ACCESS_RANGE_INVALID: {
    status: 500,
    meaning: 'What stands in serve.access.proxy.trusted is neither an address nor a range of addresses.',
    hint: 'Write addresses like 10.0.0.7, or ranges like 10.0.0.0/8 and fd00::/8.',
  },
  OIDC_UNAVAILABLE: {
    status: 503,
    meaning: 'The keys by which signed tokens are checked could not be had from their issuer.',
    hint: 'Look whether the service reaches serve.access.oidc.issuer, or name its keys in jwksUrl.',
  },
  NOTIFICATION_NOT_KEPT: {
    status: 503,
    meaning: 'What a registry told could not be written down. It sends it again.',
    hint: 'Look at the disk of the state directory or at the database of the history, and at the log of the service.',
  },
  PAGE_NOT_FOUND: { status: 404, meaning: 'There is nothing at this address.', hint: 'Begin at the first page.' },
  SERVICE_STOPPING: { status: 503, meaning: 'The service is about to end.', hint: 'Try again in a moment.' },
  SERVE_ADDRESS_IN_USE: {
    status: 500,
    meaning: 'Something else listens at the address of the service.',
    hint: 'Write another port in serve.listen.',
  },
  SERVE_ADDRESS_UNUSABLE: {
    status: 500,
    meaning: 'The address of the service is not one of this machine, or this user may not listen there.',
    hint: 'Write another address in serve.listen: ports below 1024 need rights of their own.',
  },
  RUN_PROCESS_FAILED: {
    status: 500,
    meaning: 'The process of a run could not be started, or ended without a word.',
    hint: 'Look at the log of the service.',
  },
} as const;

export type ServiceErrorCode = keyof typeof serviceErrors;

export class ServiceError extends CodedError<ServiceErrorCode> {
  constructor(
    code: ServiceErrorCode,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(code, message, { hint: options.hint ?? serviceErrors[code].hint, cause: options.cause });
  }

  get status(): number {
    return serviceErrors[this.code].status;
  }
}
