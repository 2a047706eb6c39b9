import * as z from 'zod';
import { httpAddress, postgresAddress } from './addresses.ts';
import { complaint } from './complaint.ts';
import { listOf, oneOf } from './containers.ts';
import { checkedText, count, path, timeout } from './leaves.ts';

const TABLE = /^[A-Za-z_][\w$]{0,62}(\.[A-Za-z_][\w$]{0,62})?$/;

const certificateAuthority = (instead: string) =>
  path('/etc/winnow/ca.pem').exactOptional().describe(`PEM file of a certificate authority. ${instead}`);

/** One place that the summary goes to. */
export const eventTarget = oneOf(
  'to',
  ['stdout', 'file', 'postgres', 'webhook'],
  [
    z.strictObject({ to: z.literal('stdout').describe('A line of JSON on stdout.') }),
    z.strictObject({
      to: z.literal('file').describe('A line of JSON at the end of a file.'),
      path: path('/var/log/winnow/events.ndjson').describe('The file; it is made if need be, its folder is not.'),
    }),
    z.strictObject({
      to: z.literal('postgres').describe('A row of a PostgreSQL table.'),
      url: postgresAddress().describe('The database.'),
      passwordFile: path('/run/secrets/db-password')
        .exactOptional()
        .describe('File whose first line is the password, where the URL has none.'),
      certificateAuthority: certificateAuthority('Given, the certificate of the server is verified.'),
      table: checkedText('table', 'winnow_events', (name) =>
        TABLE.test(name)
          ? undefined
          : complaint(
              'it is not the name of a table',
              'write it like winnow_events, or ops.winnow_events with its schema',
            ),
      )
        .prefault('winnow_events')
        .describe(
          'The table, with its schema if need be: `ops.winnow_events`. It is made if need be, its schema is not.',
        ),
      timeout: timeout('10s').prefault('10s').describe('To connect, and again for the row.'),
    }),
    z.strictObject({
      to: z.literal('webhook').describe('A CloudEvent, posted to an HTTP server.'),
      url: httpAddress('https://events.example/winnow').describe('Where to.'),
      tokenFile: path('/run/secrets/event-token')
        .exactOptional()
        .describe('File whose first line is a bearer token. Over `http://` only to this machine.'),
      certificateAuthority: certificateAuthority("Default: the system's."),
      timeout: timeout('10s').prefault('10s').describe('To connect, and again for the answer.'),
      retries: count(3, 0, 100)
        .prefault(3)
        .describe('How often it is sent again after 429, 5xx or a broken connection.'),
    }),
  ],
);

export const eventsSchema = listOf(eventTarget, '[{to: stdout}]');

export type EventTargetInput = z.output<typeof eventTarget>;
