import { describe, expect, test, vi } from 'vitest';

import { APP, CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import { hasNoLocalSlack, openScene, type Scene } from '../../support/program/program-world.ts';

vi.setConfig({ testTimeout: 240_000 });

const { id: user } = PEOPLE.platform;
const { id: channel } = CHANNELS.platform;

interface Shown {
  readonly type: string;
  readonly blocks: readonly { elements?: readonly Button[]; accessory?: Button }[];
}

interface Button {
  readonly type: string;
  readonly text: { readonly text: string };
}

/** The page without its drawing: what it sends, and what it is shown. */
async function openPage({ slack, until }: Scene) {
  const socket = new WebSocket(`${slack.page.replace('http', 'ws')}/ui`);
  const shown: Shown[] = [];
  socket.addEventListener('message', ({ data }) => {
    const { view, stack } = JSON.parse(String(data)) as { view?: Shown; stack?: Shown[] };
    shown.push(...(view ? [view] : []), ...(stack ?? []));
  });
  await until('the page', () => socket.readyState === WebSocket.OPEN);
  const send = (what: object) => socket.send(JSON.stringify({ user, appId: APP.appId, ...what }));
  const see = (type: string) => until(`a view: ${type}`, () => shown.findLast((view) => view.type === type));
  return {
    send,
    see,
    /** A click on the button of Home that bears the label. */
    click: async (label: string) => {
      const button = await until(`the button ${label}`, () =>
        shown
          .findLast(({ type }) => type === 'home')
          ?.blocks.flatMap(({ elements = [], accessory }) => (accessory ? [accessory] : elements))
          .find(({ text }) => text.text === label),
      );
      send({ t: 'block_action', channel: '', messageTs: '', action: button });
    },
  };
}

describe.skipIf(hasNoLocalSlack)('App Home of the demo', () => {
  test('an image is watched from it, and its watch is stopped there', async (context) => {
    const scan = { repositories: 1, images: 12, durationMs: 1_000_000 };
    const scene = await openScene(context, { channel, scan });
    const page = await openPage(scene);
    page.send({ t: 'open_home' });
    await page.click('Watch an image…');
    await page.see('modal');
    page.send({
      t: 'view_submit',
      values: {
        image: { image: { type: 'plain_text_input', value: 'alpine:3.16' } },
        conversation: { conversation: { type: 'conversations_select', selected_conversation: channel } },
      },
    });
    const live = await scene.first('the live message', scene.posts);
    expect(live.text).toMatch(/^alpine:3\.16 · /);

    await page.click('Stop watching');
    await scene.until('its end', async () =>
      (await scene.posts()).some(({ blocks }) => JSON.stringify(blocks).includes('No longer watched')),
    );
  });
});
