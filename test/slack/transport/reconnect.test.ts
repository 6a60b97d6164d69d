import { afterEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/slack/transport/connection.ts';
import { createReconnect, type Reconnect } from '../../../src/slack/transport/reconnect.ts';
import { StartError, type Variable } from '../../../src/slack/transport/start-error.ts';
import { recordingLog } from '../../support/store.ts';

const away = () => new StartError('no answer', { variable: 'SLACK_API_URL' });
const about = (variable: Variable) => new StartError(`${variable} is refused`, { variable });
const unclear = () => new StartError('it did not begin in time');

let listening: Reconnect | null = null;
afterEach(() => listening?.stop());

/** Each start has the given outcome, and the last one repeats; null succeeds. */
function startsThat(...outcomes: (Error | null)[]) {
  const startedAt: number[] = [];
  const problems: (string | null)[] = [];
  let stops = 0;
  const connected = Promise.withResolvers<undefined>();
  const connect = (): Connection => ({
    start: () => {
      const outcome = outcomes[Math.min(startedAt.length, outcomes.length - 1)];
      startedAt.push(performance.now());
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve();
    },
    process: () => Promise.resolve(),
    stop: () => Promise.resolve(void (stops += 1)),
    openSockets: () => 2,
  });
  listening = createReconnect({
    connect,
    onConnected: async () => {
      connected.resolve(undefined);
      await connected.promise;
    },
    onError: (problem) => problems.push(problem),
    log: recordingLog().log,
  });
  const gapsMs = () => startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));
  return { listening, problems, connected: connected.promise, gapsMs, stops: () => stops };
}

describe('listening to Slack', () => {
  test('begins with the first try that succeeds', async () => {
    const { listening: own, problems, connected } = startsThat(null);
    expect(own.openSockets()).toBeNull();
    await own.start();
    await connected;
    expect(problems).toEqual([null]);
    expect(own.openSockets()).toBe(2);
  });

  test('is tried again after a second where Slack is away, and then more rarely', async () => {
    const { listening: own, problems, connected, gapsMs } = startsThat(away(), unclear(), null);
    await own.start();
    await connected;
    const [first = 0, second = 0] = gapsMs();
    expect(first).toBeGreaterThanOrEqual(1_000);
    expect(first).toBeLessThan(5_000);
    expect(second).toBeLessThan(35_000);
    expect(problems).toEqual(['no connection to Slack; trying again (no answer)', null]);
  });

  test('is tried again after a minute where an operator has to mend something', async () => {
    const outcomes = [away(), about('SLACK_BOT_TOKEN'), null] as const;
    const { listening: own, problems, connected, gapsMs } = startsThat(...outcomes);
    await own.start();
    await connected;
    expect(gapsMs()[1]).toBeGreaterThanOrEqual(60_000);
    expect(gapsMs()[1]).toBeLessThan(75_000);
    expect(problems[1]).toBe('SLACK_BOT_TOKEN is refused; mend the configuration');
  });

  test.each(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'] as const)(
    'does not begin where %s is refused',
    async (name) => {
      const { listening: own } = startsThat(about(name));
      await expect(own.start()).rejects.toThrow(`${name} is refused`);
    },
  );

  test('ends while it waits to try again', async () => {
    const { listening: own, gapsMs, stops } = startsThat(away());
    await own.start();
    await own.stop();
    const tries = gapsMs().length;
    await new Promise((resolve) => setTimeout(resolve, 120_000));
    expect(gapsMs()).toHaveLength(tries);
    expect(stops()).toBe(1);
  });
});
