import { describe, expect, test, vi } from 'vitest';

import { CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import { drawn, readConversation } from '../../support/program/program-conversation.ts';
import { unusedAddress } from '../../support/program/program-slack-refusing.ts';
import { whenPrinted } from '../../support/program/program.ts';
import { hasNoLocalSlack, openWorld } from '../../support/program/program-world.ts';
import { ALPINE } from '../../support/surroundings.ts';

vi.setConfig({ testTimeout: 240_000 });

const channel = CHANNELS.incident.id;
const user = PEOPLE.commander.id;
const PASSWORD = 'correct-horse-battery-staple';
const OPERATOR_PASSWORD = 'another-horse-battery-staple';
const USERS = [{ username: 'demo', password: PASSWORD, mayWrite: false }];

describe.skipIf(hasNoLocalSlack)('with a wrong', () => {
  test.concurrent.for([
    { variable: 'PRISMA_PASSWORD', value: 'wrong-horse-battery-staple' },
    { variable: 'PRISMA_USERNAME', value: 'nobody' },
    { variable: 'PRISMA_API_VERSION', value: 'v22.12' },
    { variable: 'PRISMA_CONSOLE_URL', value: 'unused' },
  ])('$variable the program says so at its start, lives, and tells who asks', async (wrong, context) => {
    const { variable } = wrong;
    const value = wrong.value === 'unused' ? await unusedAddress() : wrong.value;
    const world = await openWorld(context, { users: USERS });
    const program = await world.start({ PRISMA_PASSWORD: PASSWORD, [variable]: value });
    await whenPrinted(program, new RegExp(`"level":"error".*"msg":"The Console [^"]*\\b${variable}\\b`));

    await world.slack.command({ channel, user, command: '/scanprogress', text: 'alpine:3.16' });
    const answer = await world.until('an answer', async () => {
      const [ephemeral] = await readConversation(world.slack, channel).ephemerals(user);
      return ephemeral;
    });
    expect(answer.text).toBe('alpine:3.16 · unknown · tags 0/0 · images 0/0');
    expect(drawn(answer)).toContain(`\`${variable}\``);
    expect(program.isRunning()).toBe(true);
  });
});

test.skipIf(hasNoLocalSlack)('no secret is ever printed or posted, whatever goes wrong', async (context) => {
  const world = await openWorld(context, { users: USERS });
  const secrets = { SLACK_BOT_TOKEN: 'xoxb-77-abcdefghij', SLACK_APP_TOKEN: 'xapp-77-abcdefghij' };
  const operator = { PRISMA_OPERATOR_USERNAME: 'operator', PRISMA_OPERATOR_PASSWORD: OPERATOR_PASSWORD };
  const program = await world.start({
    ...secrets,
    ...operator,
    PRISMA_PASSWORD: PASSWORD,
    SCAN_OPERATORS: user,
    LOG_LEVEL: 'trace',
  });
  const { posts, replies, ephemerals } = readConversation(world.slack, channel);
  const pullError = `the registry refused ${PASSWORD}, given by demo`;
  world.console.startImageScan(ALPINE, { repositories: 1, images: 12, durationMs: 1_000_000, pullError });
  await world.slack.command({ channel, user, command: '/scanprogress', text: 'watch alpine:3.16' });
  const live = await world.until('the live message', async () => (await posts())[0]);
  // The operator's password is wrong.
  await world.slack.command({ channel, user, command: '/scanprogress', text: 'scan redis:7' });
  world.forward(1_000_000);
  await world.until('the completion', async () => (await replies(live.ts))[0]);
  // A refused token and then a refused renewal: both requests carry secrets.
  world.console.setPassword('changed');
  world.console.expireTokens();
  await world.slack.command({ channel, user, command: '/scanprogress', text: 'ghcr.io/acme/api:1' });
  await world.until('the answer', async () =>
    (await ephemerals(user)).some((one) => drawn(one).includes('refused the sign-in')),
  );
  await whenPrinted(program, /Console responded to a scan start/);
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);

  const said = program.output() + JSON.stringify(await world.slack.messages(channel));
  const basic = Buffer.from(`demo:${PASSWORD}`).toString('base64');
  const all = [...Object.values(secrets), PASSWORD, OPERATOR_PASSWORD, basic];
  expect(said).toContain('given by demo');
  for (const secret of all) expect(said).not.toContain(secret);
  // A token of the Console is a JSON web token, and a response URL is a key to the conversation.
  expect(said).not.toMatch(/eyJ[\w-]+\.|_hooks\/response/);
});
