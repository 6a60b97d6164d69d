import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { METHODS } from './fake-slack-methods.ts';
import { startFakeSlack, type FakeSlack } from './fake-slack.ts';

const REFERENCE = fileURLToPath(new URL('../../../../shared/reference/slack-methods/', import.meta.url));
const isHere = existsSync(REFERENCE);

interface Reference {
  readonly json_input_supported?: boolean;
  readonly scope: { readonly bot?: readonly string[] };
  readonly args: { readonly properties: Readonly<Record<string, unknown>> };
  readonly output: { readonly properties: Readonly<Record<string, unknown>> } | null;
}

/** The copy of the reference lacks them. */
const UNRECORDED = ['views.update'];

const methods = Object.keys(METHODS).filter((method) => !UNRECORDED.includes(method));

function readReference(method: string): Reference {
  return JSON.parse(readFileSync(`${REFERENCE}${method}.json`, 'utf8')) as Reference;
}

if (!isHere) {
  test.skip(
    'SKIPPED: the fake Slack is NOT compared with the schemas that Slack publishes: they are no part of this project',
  );
}

describe.runIf(isHere)('the fake Slack against the reference of the Web API', () => {
  test.each(methods)('%s takes no argument that Slack does not know', (method) => {
    const known = Object.keys(readReference(method).args.properties);
    expect(METHODS[method]!.args.filter((name) => !known.includes(name))).toEqual([]);
  });

  test.each(methods)('%s reads JSON only where Slack does', (method) => {
    expect(METHODS[method]!.json).toBe(readReference(method).json_input_supported ?? false);
  });

  test.each(methods)('%s demands no scope that Slack does not', (method) => {
    const { bot = [] } = readReference(method).scope;
    expect(METHODS[method]!.scopes.filter((scope) => !bot.includes(scope))).toEqual([]);
  });
});

describe.runIf(isHere)('answers of the fake Slack', () => {
  let slack: FakeSlack;
  beforeAll(async () => {
    slack = await startFakeSlack();
  });
  afterAll(() => slack.close());

  test.each(methods)('%s answers with what Slack answers with', async (method) => {
    const answer = await callOnce(slack, method);
    expect(answer).toMatchObject({ ok: true });
    const known = ['ok', ...Object.keys(readReference(method).output?.properties ?? {}), 'response_metadata'];
    expect(Object.keys(answer).filter((name) => !known.includes(name))).toEqual([]);
  });
});

async function callOnce(slack: FakeSlack, method: string): Promise<Record<string, unknown>> {
  const token = METHODS[method]!.token === 'app' ? slack.appToken : slack.botToken;
  const posted = await call(slack, 'chat.postMessage', {
    token: slack.botToken,
    channel: 'C0GENERAL',
    text: 'x',
  });
  const { trigger_id } = slack.command({ channel: 'C0GENERAL', user: 'U0ALICE', text: '' }).envelope.payload;
  const ts = String(posted['ts']);
  const view = JSON.stringify({ type: 'modal', blocks: [] });
  const args: Record<string, string> = {
    channel: 'C0GENERAL',
    text: 'x',
    ts,
    message_ts: ts,
    timestamp: ts,
    name: '+1',
    user: 'U0ALICE',
    user_id: 'U0ALICE',
    usergroup: 'S0ADMINS',
    view,
    trigger_id: String(trigger_id),
  };
  const accepted = Object.entries(args).filter(([name]) => METHODS[method]!.args.includes(name));
  return call(slack, method, { token, ...Object.fromEntries(accepted) });
}

async function call(slack: FakeSlack, method: string, args: Record<string, string>) {
  const answer = await fetch(slack.apiUrl + method, { method: 'POST', body: new URLSearchParams(args) });
  return (await answer.json()) as Record<string, unknown>;
}
