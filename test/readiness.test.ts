import { expect, it } from 'vitest';
import { createReadiness, PARTS } from '../src/readiness.ts';
import { recordingLog } from './support/store.ts';

it('logs the beginning and the end of a problem once each', () => {
  const { log, lines } = recordingLog();
  const readiness = createReadiness(log);
  readiness.report('token', null);
  readiness.report('token', 'refused');
  readiness.report('token', 'refused');
  expect([...readiness.reasons()]).toEqual([['token', 'refused']]);
  readiness.report('token', null);
  expect(readiness.reasons().size).toBe(0);
  expect(lines).toEqual(['error not ready', 'info ready again']);
});

it('calls no part ready that was not tried', () => {
  const { log, lines } = recordingLog();
  const readiness = createReadiness(log);
  expect(PARTS.map(readiness.of)).toEqual(PARTS.map(() => 'not tried yet'));
  readiness.report('database', null);
  readiness.report('token', 'refused');
  readiness.tried('token');
  readiness.tried('console');
  expect(PARTS.map(readiness.of)).toEqual(['not tried yet', 'refused', null, null, 'not tried yet']);
  expect(lines).toEqual(['error not ready']);
});

it('keeps the problems of the parts apart', () => {
  const readiness = createReadiness(recordingLog().log);
  readiness.report('token', 'refused');
  readiness.report('database', 'full');
  readiness.report('token', null);
  expect([...readiness.reasons().keys()]).toEqual(['database']);
});
