import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { APP, CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import { createScope } from '../../support/directory.ts';
import { drawn, parseProgress } from '../../support/program/program-conversation.ts';
import {
  hasNoLocalSlack,
  openScene,
  type Scene,
  whileNothingShouldHappen,
} from '../../support/program/program-world.ts';

vi.setConfig({ testTimeout: 240_000 });

const SCAN = { repositories: 1, images: 40, durationMs: 600_000 };
const channel = CHANNELS.general.id;
const user = PEOPLE.platform.id;

describe.skipIf(hasNoLocalSlack)('what people type', () => {
  let scene: Scene;
  beforeAll(async () => {
    const scope = createScope();
    scene = await openScene(scope, { channel, user, scan: SCAN });
    return scope.close;
  });
  afterAll(() => expect(scene.program.isRunning()).toBe(true));

  /** The ephemeral reply. */
  async function answerTo(text: string) {
    const before = (await scene.ephemerals(user)).length;
    await scene.type(text);
    const answers = await scene.until(`an answer to ${text.slice(0, 50)}`, async () => {
      const now = await scene.ephemerals(user);
      return now.length > before && now.slice(before);
    });
    expect(answers).toHaveLength(1);
    return answers[0]!;
  }

  test('an image is answered in the public form, to the person who asked alone', async () => {
    const before = await scene.posts();
    const answer = await answerTo('alpine:3.16');
    expect(parseProgress(answer.text).target).toBe('alpine:3.16');
    expect(parseProgress(answer.text).state).toMatch(/discovering|scanning/);
    expect(drawn(answer)).toContain('Share here');
    expect(await scene.posts()).toEqual(before);
  });

  test('nothing asks for the regular scan', async () => {
    expect((await answerTo('')).text).toBe('Registry scan · not running · tags 0/0 · images 0/0');
  });

  test('without a tag `latest` is meant, and the answer says so', async () => {
    const answer = await answerTo('ghcr.io/acme/api');
    expect(parseProgress(answer.text)).toMatchObject({
      target: 'ghcr.io/acme/api:latest',
      state: 'not running',
    });
    expect(drawn(answer)).toContain('No tag was given, so this is `latest`');
  });

  test.each([
    { typed: 'wathc alpine:3.16', said: /Did you mean `\/scanprogress watch alpine:3.16`/ },
    { typed: '???', said: /help/i },
    { typed: 'alpine:3.16 redis:7', said: /2 images are named here/ },
    { typed: 'UPPER/Case:1', said: /no capitals: this is `upper\/case:1`/ },
    { typed: '<!channel> <@U01ALICE>', said: /help/i },
    { typed: '💥', said: /I’m here when you need me/ },
    { typed: 'stop alpine:3.16', said: /takes no image/ },
    { typed: 'a'.repeat(5_000), said: /help/i },
    { typed: `watch ${[...Array(1_000).keys()].join(' ')}`, said: /I did not understand that/ },
    { typed: `watch ${[...Array(21).keys()].map((n) => `app:${n}`).join(' ')}`, said: /20 images at most/ },
    { typed: `alpine:${'1'.repeat(4_990)}`, said: /help/i },
  ])('"$typed" is answered with a sentence, and mentions nobody', async ({ typed, said }) => {
    const answer = await answerTo(typed);
    expect(drawn(answer)).toMatch(said);
    expect(drawn(answer)).not.toMatch(/<[@#]|<!(?!date)|@channel/);
    expect(answer.text.length).toBeLessThan(4_000);
  });

  test('help shows what can be typed', async () => {
    const answer = drawn(await answerTo('help'));
    for (const word of ['/scanprogress watch', '`unwatch`', '/scanprogress list']) {
      expect(answer).toContain(word);
    }
  });

  test('what is watched is listed, and unwatched it gets a final state and nothing more', async () => {
    expect((await answerTo('list')).text).toMatch(/^Nothing is watched here/);
    expect((await answerTo('unwatch alpine:3.16')).text).toMatch(/not watched here/);
    await scene.type('watch alpine:3.16');
    const live = await scene.first('the live message', scene.posts);

    const list = await answerTo('list');
    expect(list.text).toBe('1 scan is watched here');
    expect(drawn(list)).toContain('`alpine:3.16`');
    expect((await answerTo('unwatch alpine:3.16')).text).toMatch(/no longer watched here/);
    const isOver = async () => {
      const now = (await scene.posts()).find(({ ts }) => ts === live.ts);
      return now !== undefined && drawn(now).includes('No longer watched') && now;
    };
    const final = await scene.until('the final state', isOver);
    expect(drawn(final)).toContain(`stopped by <@${user}>`);

    await whileNothingShouldHappen();
    expect(await isOver()).toEqual(final);
    expect(await scene.replies(live.ts)).toEqual([]);
    expect((await answerTo('list')).text).toMatch(/^Nothing is watched here/);
  });

  const say = (text: string, thread?: string) =>
    scene.slack.say({ channel, user, text, ...(thread === undefined ? {} : { thread }) });
  const mention = (text: string, thread?: string) => say(`<@${APP.botUserId}> ${text}`, thread);

  /** The bot's replies once there are some; nothing may be added to them. */
  async function repliesIn(thread: string) {
    await scene.first('a reply', () => scene.replies(thread));
    await whileNothingShouldHappen();
    return scene.replies(thread);
  }

  test('a mention in a thread is answered there, once, for all to see', async () => {
    const thread = await say('is it scanned?');
    await mention('alpine:3.16', thread);
    const replies = await repliesIn(thread);
    expect(replies.map(({ text }) => parseProgress(text).target)).toEqual(['alpine:3.16']);
  });

  test('a mention in the channel is answered in a thread below it', async () => {
    const replies = await repliesIn(await mention('help'));
    expect(replies).toHaveLength(1);
    expect(replies[0]!.text).toContain('@scanprogress');
  });

  test('a watch made in a thread lives and ends there', async () => {
    const reference = { registry: 'ghcr.io', repository: 'acme/api', tag: '1', digest: '' };
    scene.console.startImageScan(reference, { ...SCAN, durationMs: 4_000 });
    const before = await scene.posts();
    const thread = await say('and this one?');
    await mention('watch ghcr.io/acme/api:1', thread);
    const [live, end] = await scene.until('live message and completion', async () => {
      const replies = await scene.replies(thread);
      return replies.length > 1 && parseProgress(replies[0]!.text).state === 'completed' && replies;
    });
    expect(live!.edited).toBeDefined();
    const counts = 'tags 1/1 · images 40/40 · \\d+ critical · \\d+ high';
    expect(end!.text).toMatch(new RegExp(`^ghcr.io/acme/api:1 · completed · ${counts} · <@${user}>$`));
    expect(await repliesIn(thread)).toHaveLength(2);
    expect(await scene.posts()).toEqual(before);
  });

  test('what is said to others is not answered', async () => {
    const thread = await say('scanprogress alpine:3.16');
    await say(`<@${PEOPLE.security.id}> alpine:3.16`, thread);
    await whileNothingShouldHappen();
    expect(await scene.replies(thread)).toEqual([]);
  });
});
