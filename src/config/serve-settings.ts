/** Settings of `winnow serve`, read: milliseconds, absolute paths, shares from 0 to 1. */
export interface ServeSettings {
  readonly listen: { readonly host: string; readonly port: number };
  /** Without a slash at its end: empty for the root. */
  readonly basePath: string;
  readonly publicUrl?: string;
  readonly name: string;
  readonly history:
    | { readonly kind: 'embedded' }
    | { readonly kind: 'postgres'; readonly url: string; readonly passwordFile?: string };
  readonly keep: { readonly forMs: number; readonly runs: number; readonly auditForMs: number };
  readonly schedules: readonly ScheduleSettings[];
  readonly parallel: number;
  readonly access: AccessSettings;
  readonly notices: readonly NoticeTarget[];
  readonly notifications: { readonly tokenFile?: string; readonly keepForMs: number; readonly pushLeaseMs: number };
  readonly watermark: { readonly high: number; readonly low: number };
}

export type ScheduledFlow = 'reconcile' | 'prune' | 'prune-images' | 'hard-prune' | 'node-gc' | 'node-fleet';

export interface ScheduleSettings {
  readonly name: string;
  readonly flow: ScheduledFlow;
  readonly cron: string;
  readonly timeZone: string;
  readonly jitterMs: number;
  readonly mode: 'plan' | 'approve' | 'auto';
  readonly catchUp: boolean;
  readonly suspend: boolean;
  readonly deadlineMs: number;
  /** Absolute; absent: the service's own settings file. */
  readonly config?: string;
  readonly arguments: readonly string[];
  readonly growth: number;
}

/** In rising order: each may do what those before it may. */
export const accessRoles = ['viewer', 'approver', 'admin'] as const;
export type AccessRole = (typeof accessRoles)[number];

export interface AccessSettings {
  readonly tokens: readonly { readonly name: string; readonly role: AccessRole; readonly tokenFile: string }[];
  readonly proxy?: {
    readonly userHeader: string;
    readonly groupsHeader: string;
    readonly trusted: readonly string[];
    readonly secretFile?: string;
    readonly roles: Readonly<Record<string, AccessRole>>;
  };
  readonly oidc?: {
    readonly issuer: string;
    readonly audience: string;
    readonly jwksUrl?: string;
    readonly header: string;
    readonly userClaim: string;
    readonly groupsClaim: string;
    readonly roles: Readonly<Record<string, AccessRole>>;
  };
}

export type NoticeTarget =
  | {
      readonly to: 'webhook';
      readonly url: string;
      readonly tokenFile?: string;
      readonly caFile?: string;
      readonly timeoutMs: number;
      readonly retries: number;
    }
  | {
      readonly to: 'kubernetes-event';
      readonly namespace?: string;
      readonly kubeconfig?: string;
      readonly context?: string;
    };
