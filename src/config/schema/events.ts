import { z } from 'zod';
import { httpAddress, postgresAddress } from './addresses.ts';
import { complaint } from './complaint.ts';
import { listOf, oneOf } from './containers.ts';
import { checkedText, duration, path } from './leaves.ts';

const IDENTIFIER = /^[A-Za-z_]\w{0,62}(\.[A-Za-z_]\w{0,62})?$/;

const target = oneOf('to', ['stdout', 'file', 'postgres', 'webhook'], [
  z.strictObject({ to: z.literal('stdout').describe('A line of JSON on stdout.') }),
  z.strictObject({
    to: z.literal('file').describe('A line of JSON at the end of a file.'),
    path: path('/var/log/winnow/events.ndjson').describe('The file; it is made if need be.'),
  }),
  z.strictObject({
    to: z.literal('postgres').describe('A row of a PostgreSQL table.'),
    url: postgresAddress().describe('The database.'),
    table: checkedText('table', 'winnow_events', (name) =>
      IDENTIFIER.test(name)
        ? undefined
        : complaint('it is not the name of a table', 'write letters, digits and _, with its schema and a dot before it if need be'),
    ).describe('The table, with its schema if need be: `ops.winnow_events`.'),
  }),
  z.strictObject({
    to: z.literal('webhook').describe('A CloudEvent, posted to an HTTP server.'),
    url: httpAddress('https://events.example/winnow').describe('Where to.'),
    headersFile: path('/run/secrets/event-headers')
      .exactOptional()
      .describe('File with headers to send along, one `Name: value` a line.'),
    tokenFile: path('/run/secrets/event-token').exactOptional().describe('File that holds a bearer token.'),
    timeout: duration('10s', '1ms').prefault('10s').describe('How long to wait for the answer.'),
  }),
]);

export const eventsSchema = listOf(target, '[{to: stdout}]');

export type EventTargetInput = z.output<typeof target>;
