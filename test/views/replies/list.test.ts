import { describe, expect, it } from 'vitest';
import { type WatchItem, watchListView } from '../../../src/views/replies/list.ts';
import { ALPINE, draw, image, REGULAR, SCANNING, SEVERAL, WAITING } from '../support/samples.ts';

const digest = image(`ghcr.io/acme/api@sha256:${'0123456789abcdef'.repeat(4)}`);
const watch = (watchId: string, more: Partial<WatchItem>): WatchItem => ({
  watchId,
  target: ALPINE,
  snapshot: SCANNING,
  followers: ['U1', 'U2'],
  liveMessageUrl: null,
  ...more,
});
const watches = [
  watch('w1', { liveMessageUrl: 'https://acme.slack.com/archives/C1/p1' }),
  watch('w2', { target: REGULAR, snapshot: SEVERAL, followers: ['U1'] }),
  watch('w3', { target: digest, snapshot: WAITING, followers: [] }),
];

describe('the list', () => {
  it('shows each watch with its state, its people and a button', () => {
    expect(draw(watchListView({ watches, subscriptions: [], isEphemeral: true }))).toMatchInlineSnapshot(`
      "*3 scans are watched here*
      🔵 \`alpine:3.16\`
      scanning · tags 1/1 · images 7/12
      <https://acme.slack.com/archives/C1/p1|Live message> · <@U1>, <@U2>
      [Stop watching]
      🔵 *Registry scan*
      discovering · tags 9/19 · images 43/49
      <@U1>
      [Stop watching]
      ⏳ \`ghcr.io/acme/api@sha256:0123456789ab…\`
      waiting
      [Stop watching]"
    `);
  });

  it('mentions nobody where all can see it', () => {
    const subscriptions = [{ subscriptionId: 's1', target: ALPINE, isPaused: false, createdBy: 'U1' }];
    const drawn = draw(watchListView({ watches, subscriptions, isEphemeral: false }));
    expect(drawn).not.toContain('<@');
    expect(drawn).toContain('2 people');
  });

  it('shows twenty of many and counts the rest', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => watch(`w${index}`, {}));
    const message = watchListView({ watches: many, subscriptions: [], isEphemeral: true });
    expect(message.blocks).toHaveLength(22);
    expect(draw(message)).toMatch(/^\*1000 scans are watched here\*[^]*and 980 more\./);
    const drawn = (here: number, elsewhere: number) => {
      const input = { watches: many.slice(0, here), elsewhere: many.slice(0, elsewhere) };
      return draw(watchListView({ ...input, subscriptions: [], isEphemeral: true }));
    };
    expect([drawn(21, 0), drawn(2, 19)]).toEqual(Array(2).fill(expect.stringContaining('and 1 more.')));
    expect(drawn(2, 19)).toContain('`/scanprogress list` in the channel shows them.');
    expect(drawn(20, 5)).not.toContain('*5 scans');
    expect([drawn(20, 0), drawn(2, 18)]).toEqual(Array(2).fill(expect.not.stringContaining('more.')));
  });

  it.each([
    [20, false],
    [21, true],
  ])('of %i subscriptions counts those that it does not show: %s', (count, isCounted) => {
    const one = { subscriptionId: 's1', target: ALPINE, isPaused: false, createdBy: 'U1' };
    const subscriptions = Array<typeof one>(count).fill(one);
    const list = draw(watchListView({ watches: [], subscriptions, isEphemeral: true }));
    expect(list.includes('more. `/scanprogress unsubscribe IMAGE`')).toBe(isCounted);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('says of a subscription whether it is paused: %s', (isPaused, expected) => {
    const one = { subscriptionId: 's1', target: ALPINE, isPaused, createdBy: 'U1' };
    const list = draw(watchListView({ watches: [], subscriptions: [one], isEphemeral: true }));
    expect(list.match(/It is paused/g) ?? []).toHaveLength(expected);
  });

  it.each([
    [1, 0, '1 scan is watched here'],
    [0, 1, '1 subscription'],
    [3, 2, '3 scans are watched here · 2 subscriptions'],
  ])('counts %i watches and %i subscriptions in a notification', (total, count, text) => {
    const one = { subscriptionId: 's1', target: ALPINE, isPaused: false, createdBy: 'U1' };
    const subscriptions = Array<typeof one>(count).fill(one);
    const shown = watches.slice(0, total);
    expect(watchListView({ watches: shown, subscriptions, isEphemeral: true }).text).toBe(text);
  });

  it.each([
    [1, 2, /^\*1 scan is watched in this thread\*[^]*\n\*2 scans are watched elsewhere in this channel\*\n/],
    [0, 1, /^\*1 scan is watched elsewhere in this channel\*\n/],
    [1, 0, /^\*1 scan is watched in this thread\*\n(?![^]*elsewhere)/],
  ])('in a thread says which %i of %i more are its own', (here, elsewhere, expected) => {
    const input = { watches: watches.slice(0, here), elsewhere: watches.slice(0, elsewhere) };
    expect(draw(watchListView({ ...input, subscriptions: [], isEphemeral: true }))).toMatch(expected);
  });

  it('in a direct message says where those of channels are', () => {
    const input = { watches: [], subscriptions: [], isEphemeral: true };
    expect(draw(watchListView({ ...input, isDirect: true }))).toMatch(/\*Home\* tab\.$/);
  });

  it('says how to begin where nothing is watched', () => {
    expect(draw(watchListView({ watches: [], subscriptions: [], isEphemeral: true }))).toMatchInlineSnapshot(`
        "*Nothing is watched here.*
        To begin:
        \`/scanprogress watch alpine:3.16\` for one image
        \`/scanprogress watch\` for the registry scan
        \`/scanprogress subscribe alpine:3.16\` for every scan of it from now on"
      `);
  });

  it('names every stop button for those who cannot see which line it is on', () => {
    const { blocks } = watchListView({ watches, subscriptions: [], isEphemeral: true });
    expect(JSON.stringify(blocks)).toContain('"accessibility_label":"Stop watching alpine:3.16"');
  });
});
