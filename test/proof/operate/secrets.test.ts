import { describe, expect, test, vi } from 'vitest';

import { drawn } from '../../support/program/program-conversation.ts';
import { unusedAddress } from '../../support/program/program-slack-refusing.ts';
import { whenPrinted } from '../../support/program/program.ts';
import { ALICE, CHANNEL, hasNoLocalSlack, openScene } from '../../support/program/program-world.ts';

vi.setConfig({ testTimeout: 240_000 });

const PASSWORD = 'correct-horse-battery-staple';
const OPERATOR_PASSWORD = 'another-horse-battery-staple';
const console = { users: [{ username: 'demo', password: PASSWORD, mayWrite: false }] };

describe.skipIf(hasNoLocalSlack)('with a wrong', () => {
  test.concurrent.for([
    { variable: 'PRISMA_PASSWORD', value: 'wrong-horse-battery-staple' },
    { variable: 'PRISMA_USERNAME', value: 'nobody' },
    { variable: 'PRISMA_API_VERSION', value: 'v22.12' },
    { variable: 'PRISMA_CONSOLE_URL', value: 'unused' },
  ])('$variable the program says so at its start, lives, and tells who asks', async (wrong, context) => {
    const { variable } = wrong;
    const value = wrong.value === 'unused' ? await unusedAddress() : wrong.value;
    const environment = { PRISMA_PASSWORD: PASSWORD, [variable]: value };
    const { program, type, first, ephemerals } = await openScene(context, { console, environment });
    await whenPrinted(program, new RegExp(`"level":"error".*"msg":"The Console [^"]*\\b${variable}\\b`));

    await type('alpine:3.16');
    const answer = await first('an answer', () => ephemerals(ALICE));
    expect(answer.text).toBe('alpine:3.16 · unknown · tags 0/0 · images 0/0');
    expect(drawn(answer)).toContain(`\`${variable}\``);
    expect(program.isRunning()).toBe(true);
  });
});

test.skipIf(hasNoLocalSlack)('no secret is ever printed or posted, whatever goes wrong', async (context) => {
  const secrets = { SLACK_BOT_TOKEN: 'xoxb-77-abcdefghij', SLACK_APP_TOKEN: 'xapp-77-abcdefghij' };
  const operator = { PRISMA_OPERATOR_USERNAME: 'operator', PRISMA_OPERATOR_PASSWORD: OPERATOR_PASSWORD };
  const log = { SCAN_OPERATORS: ALICE, LOG_LEVEL: 'trace' };
  const pullError = `the registry refused ${PASSWORD}, given by demo`;
  const scene = await openScene(context, {
    console,
    environment: { ...secrets, ...operator, ...log, PRISMA_PASSWORD: PASSWORD },
    scan: { repositories: 1, images: 12, durationMs: 1_000_000, pullError },
  });
  const { program, type, first, until, posts, replies, ephemerals } = scene;
  await type('watch alpine:3.16');
  const live = await first('the live message', posts);
  // The operator's password is wrong.
  await type('scan redis:7');
  scene.forward(1_000_000);
  await first('the completion', () => replies(live.ts));
  // A refused token and then a refused renewal: both requests carry secrets.
  scene.console.setPassword('changed');
  scene.console.expireTokens();
  await type('ghcr.io/acme/api:1');
  await until('the answer', async () =>
    (await ephemerals(ALICE)).some((one) => drawn(one).includes('refused the sign-in')),
  );
  await whenPrinted(program, /Console responded to a scan start/);
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);

  const said = program.output() + JSON.stringify(await scene.slack.messages(CHANNEL));
  const basic = Buffer.from(`demo:${PASSWORD}`).toString('base64');
  const all = [...Object.values(secrets), PASSWORD, OPERATOR_PASSWORD, basic];
  expect(said).toContain('given by demo');
  for (const secret of all) expect(said).not.toContain(secret);
  // A token of the Console is a JSON web token, and a response URL is a key to the conversation.
  expect(said).not.toMatch(/eyJ[\w-]+\.|_hooks\/response/);
});
