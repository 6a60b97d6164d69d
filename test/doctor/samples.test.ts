import { globSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { readPartly } from '../../src/config/config.ts';
import { allSamples } from '../../src/doctor/samples/messages.ts';
import { checkSamples } from '../../src/doctor/samples.ts';
import type { NamedFinding } from '../../src/views/doctor-lines.ts';
import { createWebApi } from '../../src/slack/web-api/web-api.ts';
import { type FakeSlack, startFakeSlack } from '../support/fake-slack/fake-slack.ts';
import { captures, readText, ROOT } from '../support/project.ts';
import { faultsOf, viewFaultsOf } from '../views/support/slack-limits.ts';

const read = (pattern: string) => globSync(pattern, { cwd: ROOT }).map(readText).join('\n');

describe('the samples', () => {
  it('leave out no view', () => {
    const names = captures(
      read('src/views/{home,home-modal,messages/*,replies/*}.ts'),
      /^export function (\w+(?:View|Modal))\((?:(?!^export )[^])*?\): (?:Message|ModalView|HomeView)\b/gm,
    );
    const used = read('src/doctor/samples/*.ts');
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\(`).test(used))).toEqual([]);
  });

  it.each(allSamples())('are ones that Slack takes as far as its limits are known: $name', ({ content }) => {
    if ('type' in content && content.type === 'modal' && content.submit === undefined) return;
    const faults = 'type' in content ? viewFaultsOf(content) : faultsOf(content);
    // The one mention of a group, by an ID that an operator has set.
    expect(faults.filter((fault) => !fault.includes('<!subteam^S0123456789>'))).toEqual([]);
  });
});

describe('what Slack says of them', () => {
  let slack: FakeSlack;
  beforeEach(async () => {
    slack = await startFakeSlack({ scopes: [] });
    return () => slack.close();
  });

  async function check(token = slack.botToken, given = {}): Promise<readonly NamedFinding[]> {
    const env = { SLACK_BOT_TOKEN: token, SLACK_API_URL: slack.apiUrl, ...given };
    const config = readPartly(env, () => '');
    const found: NamedFinding[] = [];
    for await (const one of checkSamples(config)) found.push(one);
    return found;
  }

  it('is asked of each, without a scope and without a post', async () => {
    const found = await check();
    expect(found.map(({ name }) => name)).toEqual(allSamples().map(({ name }) => name));
    expect(new Set(found.map(({ verdict }) => verdict))).toEqual(new Set(['fine']));
    expect(new Set(slack.calls().map(({ method }) => method))).toEqual(new Set(['blocks.validate']));
    const areViews = allSamples().map(({ content }) => 'type' in content);
    expect(slack.calls().map(({ args }) => 'view' in args)).toEqual(areViews);
  });

  it('is not asked past a proxy that is wrong', async () => {
    const [found, ...others] = await check(slack.botToken, { HTTP_PROXY: 'socks5://127.0.0.1:1' });
    expect(found).toMatchObject({ verdict: 'unknown', text: 'needs a valid HTTP_PROXY' });
    expect([others, slack.calls()]).toEqual([[], []]);
  });

  it('is printed where it refuses one', async () => {
    slack.failNext('blocks.validate', { kind: 'error', error: 'invalid_message' });
    const [first, second] = await check();
    expect(first).toMatchObject({ verdict: 'wrong', text: 'Slack refuses it: it does not say why' });
    expect(second?.verdict).toBe('fine');
  });

  it('is told with the place and the reason', async () => {
    const webApi = createWebApi({ token: slack.botToken, apiUrl: slack.apiUrl });
    const blocks = [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] as const;
    expect(await webApi.validate({ text: 'x', blocks: [...blocks] })).toEqual({
      kind: 'invalid',
      errors: [expect.stringMatching(/^\/blocks\b.*invalid_blocks/) as string],
    });
    await webApi.close();
  });

  it('is waited for where it asks to', async () => {
    slack.failNext('blocks.validate', { kind: '429', retryAfter: '30' });
    expect((await check()).every(({ verdict }) => verdict === 'fine')).toBe(true);
  });

  it('is not asked again after a token that it refuses', async () => {
    const found = await check('xoxb-1-wrong');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      verdict: 'wrong',
      text: expect.stringMatching(/SLACK_BOT_TOKEN/) as string,
    });
  });
});
