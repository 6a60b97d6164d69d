import { describe, expect, it } from 'vitest';
import {
  alreadyOnBoardView,
  movedToBoardView,
  offerBoardView,
  onBoardView,
} from '../../../src/views/replies/board.ts';
import { draw, image } from '../support/samples.ts';

describe('the answers around boards', () => {
  it('read like this', () => {
    const named = ['alpine', 'ghcr.io/acme/api:1.4'].map((name) => ({
      target: image(name),
      isTagAssumed: !name.includes(':'),
    }));
    const targets = named.map(({ target }) => target);
    const answers = [
      onBoardView({ named, isPosted: false }),
      alreadyOnBoardView({ targets, hasJoined: true, boardUrl: 'https://acme.slack.com/archives/C1/p1' }),
      offerBoardView({ count: 10, thread: '' }),
      movedToBoardView(10),
    ];
    expect(answers.map(draw).join('\n---\n')).toMatchInlineSnapshot(`
      "Watching \`alpine:latest\`, \`ghcr.io/acme/api:1.4\` here, on one board. The board follows.
      Where no tag was given, it is \`latest\`.
      ---
      These images are already on a board here: \`alpine:latest\`, \`ghcr.io/acme/api:1.4\`.
      You will be mentioned, too, when it ends.
      <https://acme.slack.com/archives/C1/p1|Go to the board>
      ---
      10 images are watched here, with a message each.
      One board could show them all: a line per image, edited in place, and one post when all have ended.
      [Show on one board]
      ---
      10 images are on one board now.
      Their own messages point to it and stop moving. People who asked for one are mentioned when all have ended."
    `);
  });
});
