/** What a test does with a running bot and what it sees of it: as Alice and in #general, unless it says otherwise. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { ScanScript } from '../../src/demo/console/scan-script.ts';
import type { SimulatedConsole } from '../../src/demo/console/simulated-console.ts';
import type { FakeSlack } from './fake-slack/fake-slack.ts';
import type { Ack } from './fake-slack/socket/fake-slack-envelopes.ts';
import type { Message } from './fake-slack/fake-slack-workspace.ts';
import { ALPINE, type Found, SCAN } from './surroundings.ts';

const ALICE = 'U0ALICE';
const GENERAL = 'C0GENERAL';
const WATCHED = 'alpine:3.16';
const WHOLE = /^alpine:3.16 · completed · tags 1\/1 · images 12\/12/;

export interface BotCore {
  readonly slack: FakeSlack;
  readonly console: SimulatedConsole;
  /** Lets time pass for the Console, whose clock is stopped by default. */
  readonly pass: (ms: number) => void;
  /** Fails with the program's log where it never comes to that; what it found otherwise. */
  readonly until: <T>(what: string, look: () => T | Promise<T>) => Promise<Found<T>>;
  /** Every line of the log so far. */
  readonly log: () => readonly LogLine[];
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
}

interface From {
  readonly channel?: string;
  readonly user?: string;
}

interface By {
  readonly user?: string;
  /** Of the button, where several share the action ID. */
  readonly value?: string;
}

type MessageId = Pick<Message, 'channel' | 'ts'>;
type ScanChange = Partial<ScanScript>;

export type BotSteps = Views & Waits & Commands & Clicks & Watches & Checks;
type Views = ReturnType<typeof createViews>;
type Waits = ReturnType<typeof createWaits>;
type Commands = ReturnType<typeof createCommands>;
type Clicks = ReturnType<typeof createClicks>;
type Watches = ReturnType<typeof createWatches>;
type Checks = ReturnType<typeof createChecks>;

export function createSteps(core: BotCore): BotSteps {
  const views = createViews(core);
  const waits = createWaits({ ...core, ...views });
  const commands = createCommands(core);
  const bot = { ...core, ...views, ...waits, ...commands };
  return { ...bot, ...createClicks(bot), ...createWatches(bot), ...createChecks(bot) };
}

function createViews({ slack, console, log }: BotCore) {
  /** The bot's, replies to a command included. */
  const messages = (channel?: string) => slack.messages(channel).filter(({ user }) => user === '');
  const posted = (channel = GENERAL) => messages(channel).filter(({ viaResponseUrl }) => !viaResponseUrl);
  const requests = (method: string, route: string) =>
    console.requests.filter((request) => request.method === method && request.route === route);
  return {
    /** Of all channels, unless one is named. */
    messages,
    /** Posts of the bot that are no replies to a command. */
    posted,
    /** Posts of the bot in threads. */
    threadPosts: (channel?: string) => posted(channel).filter(({ thread }) => thread !== ''),
    /** The messages that it edits while a scan goes on. */
    lives: (channel = GENERAL) => slack.messages(channel).filter(isLive),
    /** The posts that tell an end. */
    ends: (channel = GENERAL) => slack.messages(channel).filter(isEnd),
    /** Texts of a person's ephemeral messages, oldest first. */
    ephemeralTexts: (user = ALICE) => slack.ephemerals(user).map(({ text }) => text),
    home: (user = ALICE) => JSON.stringify(slack.view('home', user) ?? null),
    requests,
    starts: () => requests('POST', '/registry/scan'),
    polls: () => requests('GET', '/registry/progress'),
    logged: (words: string | RegExp) =>
      log().filter(({ msg }) => (typeof words === 'string' ? msg.includes(words) : words.test(msg))),
  };
}

function createWaits({ until, slack, lives, ends, posted, messages, logged }: BotCore & Views) {
  const whenFound = (what: string, text: RegExp, look: () => readonly Message[]) =>
    until(`${what} with ${text.source}`, () => look().find((one) => text.test(one.text)));
  return {
    /** The live message once it matches, as rendered then. */
    whenLive: (text: RegExp, channel?: string) => whenFound('a live message', text, () => lives(channel)),
    /** The live message once its blocks have these words. */
    whenShown: (words: string, channel?: string) =>
      until(`a live message with ${words}`, () => lives(channel).find((live) => drawn(live).includes(words))),
    whenEnded: (text: RegExp, channel?: string) => whenFound('a completion', text, () => ends(channel)),
    whenEphemeral: (text: RegExp, user = ALICE) =>
      whenFound(`a message for ${user}`, text, () => slack.ephemerals(user)),
    whenPosted: (text: RegExp, channel?: string) => whenFound('a post', text, () => posted(channel)),
    /** A public reply to a command. */
    whenSaid: (text: RegExp, channel = GENERAL) =>
      whenFound('a reply', text, () => messages(channel).filter(({ viaResponseUrl }) => viaResponseUrl)),
    whenLogged: (words: string | RegExp) => until(`the log to say "${words}"`, () => logged(words)[0]),
    whenModal: (words: string, user = ALICE) =>
      until(`a modal with ${words}`, () => {
        const view = JSON.stringify(slack.view('modal', user) ?? '');
        return view.includes(words) && view;
      }),
  };
}

function createCommands({ slack, until }: BotCore) {
  const type = (text: string, { channel = GENERAL, user = ALICE }: From = {}): Promise<Ack | null> =>
    slack.command({ channel, user, text }).ack;
  return {
    /** `/scanprogress text`; resolves once it is acknowledged. */
    type,
    /** Types it; the ephemeral message that comes then, and matches. */
    reply: async (text: string, expected = /^/, from: From = {}): Promise<Message> => {
      const ephemerals = () => slack.ephemerals(from.user ?? ALICE);
      const before = ephemerals().length;
      expect(await type(text, from)).not.toBeNull();
      return until(`"${text}" to be replied with ${expected.source}`, () =>
        ephemerals()
          .slice(before)
          .find((one) => expected.test(one.text)),
      );
    },
    /** `@scanprogress text`. */
    mention: async (text: string, from: From & { readonly threadTs?: string } = {}) => {
      const words = `<@${slack.bot.userId}> ${text}`;
      const sent = slack.mention({ channel: GENERAL, user: ALICE, text: words, ...from });
      expect(await sent.ack).not.toBeNull();
      return { sent, ts: (sent.envelope.payload['event'] as { ts: string }).ts };
    },
    /** An event of Slack's. */
    happens: async (event: Readonly<Record<string, unknown>>): Promise<void> => {
      expect(await slack.event({ event_ts: '1700000000.1', ...event }).ack).not.toBeNull();
    },
  };
}

function createClicks({ slack, until, home, happens, whenModal }: BotCore & Views & Waits & Commands) {
  const rerendered = async (user: string, act: () => Promise<unknown>): Promise<string> => {
    const before = slack.calls('views.publish').length;
    await act();
    await until('App Home rendered again', () => slack.calls('views.publish').length > before);
    return home(user);
  };
  return {
    click: async ({ channel, ts }: MessageId, actionId: string, by: By = {}): Promise<void> => {
      expect(await slack.click({ channel, ts, user: ALICE, actionId, ...by }).ack).toMatchObject({
        payload: {},
      });
    },
    /** What App Home shows then. */
    openHome: (user = ALICE) =>
      rerendered(user, () =>
        happens({ type: 'app_home_opened', user, channel: `D${user.slice(1)}`, tab: 'home' }),
      ),
    /** What App Home shows then. */
    clickHome: (actionId: string, by: By = {}) =>
      rerendered(by.user ?? ALICE, async () => {
        expect(await slack.clickHome({ user: ALICE, actionId, ...by }).ack).not.toBeNull();
      }),
    /** Submits the modal, once it has these words. */
    submit: async (words: string, filled: Readonly<Record<string, string>> = {}): Promise<void> => {
      await whenModal(words);
      expect(await slack.submit({ user: ALICE, filled }).ack).toMatchObject({ payload: {} });
    },
  };
}

function createWatches({ console, pass, type, whenLive, whenSaid }: BotCore & Waits & Commands) {
  const startScan = (change: ScanChange = {}) => console.startImageScan(ALPINE, { ...SCAN, ...change });
  const startHalfAScan = (change?: ScanChange): void => {
    startScan(change);
    pass(60_000);
  };
  return {
    startScan,
    /** One that stands at 6 of 12 images. */
    startHalfAScan,
    /** The live message, which waits for a scan. */
    watch: async (image = WATCHED, from: From = {}): Promise<Message> => {
      await type(`watch ${image}`, from);
      return whenLive(new RegExp(`^${image} · waiting`), from.channel);
    },
    /** The live message of a scan that has just begun. */
    watchNewScan: async (change?: ScanChange, from: From = {}): Promise<Message> => {
      startScan(change);
      await type(`watch ${WATCHED}`, from);
      return whenLive(/discovering/, from.channel);
    },
    /** The live message, at 6 of 12 images. */
    watchHalfAScan: async (change?: ScanChange, from: From = {}): Promise<Message> => {
      startHalfAScan(change);
      await type(`watch ${WATCHED}`, from);
      return whenLive(/scanning · tags 1\/1 · images 6\/12$/, from.channel);
    },
    subscribe: async (from: From = {}, image = WATCHED): Promise<Message> => {
      await type(`subscribe ${image}`, from);
      return whenSaid(/^<@\w+> subscribed this channel/, from.channel);
    },
  };
}

function createChecks({ until, lives, ends, reply, whenEnded }: BotCore & Views & Waits & Commands) {
  return {
    /** Repeats a command, because a fresh snapshot is not polled again. */
    whenAnswered: async (question: string, text: RegExp): Promise<Message> => {
      let last = '';
      for (let tries = 0; tries < 100; tries += 1) {
        const answer = await reply(question);
        if (text.test(answer.text)) return answer;
        last = answer.text;
        await sleep(300);
      }
      throw new Error(`"${question}" is never replied to with ${text.source}, but with: ${last}`);
    },
    /** In the end there are as many live messages and posts of an end. */
    expectInTheEnd: async (
      expected: { readonly lives: number; readonly ends: number },
      channel?: string,
    ): Promise<void> => {
      await someTicks();
      expect({ lives: lives(channel).length, ends: ends(channel).length }).toEqual(expected);
    },
    /** The scan that Alice watches is over: everything was said of it, and said once. */
    expectOneEnd: async (liveTs: string, text = WHOLE): Promise<void> => {
      const end = await whenEnded(text);
      await until('the final state', () => stateOf(lives()[0]) === 'completed');
      await someTicks();
      // There are no operators.
      expect(drawn(end)).not.toContain('"rescan"');
      expect(end).toMatchObject({ thread: liveTs, text: expect.stringContaining('<@U0ALICE>') });
      expect(lives().map(({ ts }) => ts)).toEqual([liveTs]);
      expect(ends()).toHaveLength(1);
    },
  };
}

/** Longer than any lease, results check or repeat of the program: what was going to happen has happened. */
export async function someTicks(): Promise<void> {
  await sleep(120_000);
}

export function stateOf(message: { readonly text: string } | undefined): string {
  return message?.text.split(' · ')[1] ?? '';
}

/** The rendered blocks as one text, to search in. */
export function drawn({ blocks }: { readonly blocks: readonly unknown[] }): string {
  return JSON.stringify(blocks);
}

/** With the counts of tags and images. */
export const PROGRESS = /^.+ · [a-z ]+ · tags (\d+)\/\d+ · images (\d+)\/\d+$/;

export function isLive({ metadata, text, states }: Message): boolean {
  const hasButton = states.some((state) => /"stop-(watching|board)"/.test(drawn(state)));
  return metadata !== null && PROGRESS.test(text) && (hasButton || states.length > 1);
}

export function isEnd({ metadata, text }: Message): boolean {
  return (
    metadata !== null &&
    / · tags \d+\/\d+ · images \d+\/\d+(?: · (?:at least )?\d+ critical · \d+ high)? · <@U\w+>/.test(text)
  );
}
