import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { createFailureLog, type FailureLog } from '../src/failure-log.ts';
import { recordingLog } from './support/store.ts';

let recording: ReturnType<typeof recordingLog>;
let failureLog: FailureLog;

beforeEach(() => {
  recording = recordingLog();
  failureLog = createFailureLog({ log: recording.log, fields: { name: 'x' }, failed: 'no', again: 'yes' });
});

const FULL = new Error('disk is full');

it('one failure is one line, and that it works again none', () => {
  failureLog.failed(FULL);
  failureLog.worked();
  failureLog.worked();
  expect(recording.lines).toEqual(['error no']);
  expect(recording.fields).toEqual([{ name: 'x', error: 'disk is full' }]);
});

it('a series has its first line, one a minute with the number so far, and its end', async () => {
  for (let tries = 0; tries < 20; tries += 1) {
    failureLog.failed(FULL);
    await sleep(7_000);
  }
  failureLog.worked();
  failureLog.failed(FULL);
  expect(recording.lines).toEqual(['error no', 'error no', 'error no', 'info yes', 'error no']);
  expect(recording.fields.map(({ failures }) => failures)).toEqual([undefined, 10, 19, 20, undefined]);
});

it('another error is logged immediately', () => {
  for (const error of [FULL, FULL, new Error('disk I/O error')]) failureLog.failed(error);
  expect(recording.fields.map(({ error }) => error)).toEqual(['disk is full', 'disk I/O error']);
});

it('is a warning where nothing has to be done', () => {
  createFailureLog({ log: recording.log, level: 'warn', failed: 'no', again: 'yes' }).failed(FULL);
  expect(recording.lines).toEqual(['warn no']);
});
