/** A connection to the fake Slack, in either mode, whose listeners note what they hear. */

import type { App } from '@slack/bolt';
import { beforeEach, expect } from 'vitest';
import { createHttpServer, type HttpServer } from '../../../src/health/http-server.ts';
import { createConnection, type Connection } from '../../../src/slack/transport/connection.ts';
import { StartError } from '../../../src/slack/transport/start-error.ts';
import { startFakeSlack, type FakeSlack } from '../../support/fake-slack/fake-slack.ts';
import { waitUntil } from '../../support/surroundings.ts';

export const COMMAND = { channel: 'C0GENERAL', user: 'U0ALICE', text: 'alpine:3.16' };

export type Mode = 'socket' | 'http';
type Options = Parameters<typeof createConnection>[0];

interface World {
  readonly slack: FakeSlack;
  readonly front: HttpServer;
  /** Of the log: level, message and fields. */
  readonly lines: string[];
  /** What the listeners heard. */
  readonly seen: string[];
  readonly problems: (string | null)[];
  connection: Connection | null;
}

/** A world for each test of the file. */
export function useConnection() {
  let world: World;
  beforeEach(async ({ onTestFinished }) => {
    const slack = await startFakeSlack();
    const front = createHttpServer({ port: 0, host: '127.0.0.1' });
    await front.listen();
    const begun: World = { slack, front, lines: [], seen: [], problems: [], connection: null };
    onTestFinished(async () => {
      await begun.connection?.stop();
      await front.close();
      await slack.close();
    });
    world = begun;
  });
  const eventsUrl = (path = '/slack/events') => `http://127.0.0.1:${world.front.port()}${path}`;
  const connect = (mode: Mode, options: Partial<Options> = {}): Connection =>
    (world.connection = createConnection(toOptions(world, mode, options)));
  return {
    slack: () => world.slack,
    lines: () => world.lines,
    seen: () => world.seen,
    problems: () => world.problems,
    port: () => world.front.port() ?? 0,
    eventsUrl,
    connect,
    /** The listeners hear these, and nothing else. */
    heard: async (...expected: readonly string[]): Promise<void> => {
      await until(() => world.seen.length >= expected.length);
      expect(world.seen).toEqual(expected);
    },
    /** Connected, where Slack knows the way. */
    started: async (mode: Mode, options: Partial<Options> = {}): Promise<Connection> => {
      const opened = connect(mode, options);
      await opened.start();
      if (mode === 'http') world.slack.useHttp(eventsUrl());
      return opened;
    },
  };
}

function toOptions({ slack, front, lines, seen, problems }: World, mode: Mode, more: Partial<Options>) {
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const way =
    mode === 'socket'
      ? { mode, appToken: slack.appToken }
      : { mode, signingSecret: slack.signingSecret, mount: front.mount };
  return {
    ...way,
    botToken: slack.botToken,
    apiUrl: slack.apiUrl,
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    register: (app: App) => register(app, seen),
    take: (event, process) => process(event),
    onError: (problem) => problems.push(problem),
    stopLimitMs: 500,
    ...more,
  } as Options;
}

function register(app: App, seen: string[]): void {
  app.command('/scanprogress', async ({ command, ack }) => {
    await ack();
    seen.push(`command ${command.text}`);
  });
  app.event('app_mention', ({ event }) => {
    if (event.text === 'fail') throw new Error(`a listener's error, xoxb-1-secret`);
    seen.push(`mention ${event.text}`);
    return Promise.resolve();
  });
  app.action('stop', async ({ ack, action }) => {
    await ack();
    seen.push(`click ${'value' in action ? action.value : ''}`);
  });
}

export async function startError(opened: Connection): Promise<StartError> {
  const error: unknown = await opened.start().catch((caught: unknown) => caught);
  if (!(error instanceof StartError)) throw new Error(`no StartError: ${String(error)}`);
  return error;
}

/** Fails after a time that no pause of these tests comes near. */
export async function until(holds: () => boolean): Promise<void> {
  await waitUntil(holds.toString(), holds, { forMs: 120_000, firstPauseMs: 5, printed: () => '' });
}
