import { expect, it } from 'vitest';
import {
  type DatabaseError,
  databaseErrorSentences,
  describeDatabaseError,
} from '../../../src/views/parts/database-error.ts';

type ServerCause = Extract<DatabaseError, { kind: 'server' }>['cause'];
type FileCause = Extract<DatabaseError, { kind: 'file' }>['cause'];

const OF_SERVER: readonly ServerCause[] = [
  'unreachable',
  'full',
  'starting',
  'insufficient-resources',
  'busy',
  'standby',
  'refused',
  'missing',
  'forbidden',
  'untrusted',
  'unencrypted',
  'damaged',
  'old',
  'unknown-outcome',
];

it.each(OF_SERVER)('an error of the server (%s) names PostgreSQL, and says what to do', (cause) => {
  const { headline, whatToDo } = describeDatabaseError({ kind: 'server', cause });
  expect(headline).toMatch(/PostgreSQL.*[^.]$/);
  expect(whatToDo).toMatch(/.{10}\.$/);
});

it.each<[FileCause, RegExp]>([
  ['locked', /locked by another process\. Stop what else holds the file/],
  ['full', /The disk of the database is full\. Make room/],
  ['read-only', /cannot be written\. Give the user/],
  ['corrupt', /no SQLite database\. Put a backup in its place/],
  ['unreachable', /file cannot be opened.*\. Check/],
  ['broken', /disk of the database fails\. Look at the disk/],
  ['newer', /newer version\. Run that version/],
  ['foreign', /This is the database of another program\. Name another/],
  ['replaced', /removed or replaced under the running bot\. Restart the bot/],
])('%s is said in two sentences', (cause, words) => {
  expect(databaseErrorSentences({ kind: 'file', cause })).toMatch(words);
});

it('has the message of the database where the log has not', () => {
  expect(databaseErrorSentences({ kind: 'file', cause: 'broken' }, 'disk I/O error')).toMatch(
    / fails \(disk I\/O error\)\. Look/,
  );
});
