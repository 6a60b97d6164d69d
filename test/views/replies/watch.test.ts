import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/scan/target.ts';
import * as watching from '../../../src/views/replies/watch.ts';
import { ALPINE, draw, image, REGULAR } from '../support/samples.ts';

const named = (text: string) => ({ target: image(text), isTagAssumed: !text.includes(':') });
const stoppable = (target: Target) => ({ watchId: 'W', target, isInThread: false, liveMessageUrl: null });
const url = 'https://acme.slack.com/archives/C1/p1';

describe('the small answers', () => {
  it('read like this', () => {
    const answers = [
      watching.watchingView({ named: named('alpine:3.16'), isPosted: false }),
      watching.watchingView({ named: named('alpine'), isPosted: false }),
      watching.watchingView({ named: { target: REGULAR, isTagAssumed: false }, isPosted: true }),
      watching.alreadyWatchedView({ target: REGULAR, hasJoined: true, liveMessageUrl: url }),
      watching.alreadyWatchedView({ target: ALPINE, hasJoined: false, liveMessageUrl: null }),
      watching.unwatchView({ stopped: [ALPINE], missed: [], watched: [] }),
      watching.unwatchView({ stopped: [ALPINE, REGULAR], missed: [], watched: [] }),
      watching.unwatchView({ stopped: [ALPINE], missed: [REGULAR, image('nginx:1')], watched: [] }),
      watching.unwatchView({
        stopped: [],
        missed: [ALPINE],
        watched: [REGULAR, image('nginx:1')].map(stoppable),
      }),
      watching.unwatchView({ stopped: [], missed: [ALPINE], watched: [] }),
      watching.watchOverView(),
      watching.cannotPostView(),
      watching.wasArchivedView(),
      watching.stillPollingView({ target: ALPINE, waitedMs: 12_000 }),
      watching.internalErrorView(),
    ];
    expect(answers.map(draw).join('\n---\n')).toMatchInlineSnapshot(`
      "Watching the scan of \`alpine:3.16\` here. The live message follows.
      ---
      Watching the scan of \`alpine:latest\` here. The live message follows.
      No tag was given, so this is \`latest\`.
      ---
      Watching the registry scan here.
      ---
      The registry scan is already watched here.
      You will be mentioned, too, when it ends.
      <https://acme.slack.com/archives/C1/p1|Go to the live message>
      ---
      The scan of \`alpine:3.16\` is already watched here.
      You will be mentioned when it ends.
      ---
      The scan of \`alpine:3.16\` is no longer watched here. The scan itself is not affected.
      ---
      These scans are no longer watched here: \`alpine:3.16\`, the registry scan. The scans themselves are not affected.
      ---
      The scan of \`alpine:3.16\` is no longer watched here. The scan itself is not affected.
      These scans are not watched here: the registry scan, \`nginx:1\`.
      ---
      The scan of \`alpine:3.16\` is not watched here.
      The registry scan is watched here
      [Stop watching]
      The scan of \`nginx:1\` is watched here
      [Stop watching]
      ---
      The scan of \`alpine:3.16\` is not watched here.
      Nothing is watched here. To begin: \`/scanprogress watch alpine:3.16\`
      ---
      This watch has already ended.
      \`/scanprogress list\` shows what is watched here.
      ---
      I cannot post here, because I am not a member of this conversation.
      Type \`/invite @scanprogress\` in that conversation. Then try again.
      ---
      I could not post here: this conversation was archived, so nothing is watched.
      Once it is open again in Slack, watch again.
      ---
      The Console has not answered within 12 s.
      Ask again in a minute, or watch the scan of \`alpine:3.16\`, and I’ll keep asking: \`/scanprogress watch alpine:3.16\`
      ---
      Something went wrong in scanprogress, and the log has the details.
      Try again in a minute. If this goes on, tell the people who run this bot."
    `);
  });

  it('offer no watch of what is missed where another one was stopped', () => {
    const missed = { stopped: [ALPINE], missed: [image('nginx:1')] };
    const drawn = draw(watching.unwatchView({ ...missed, watched: [stoppable(REGULAR)] }));
    expect(drawn).not.toMatch(/Stop watching|To begin/);
  });

  it.each([
    ['not-a-member', 'I cannot post here, because I am not a member of this conversation.'],
    ['restricted', 'I cannot post here.'],
  ] as const)('say why nothing can be posted: %s', (why, text) => {
    expect(watching.cannotPostView({ kind: 'channel', why }).text).toBe(text);
  });

  it('name ten targets and count the rest', () => {
    const linesOf = (count: number) =>
      draw(watching.unwatchView({ stopped: Array(count).fill(ALPINE), missed: [], watched: [] }));
    expect(linesOf(12)).toMatch(/`alpine:3\.16` and 2 more\./);
    expect(linesOf(10)).toMatch(/`alpine:3\.16`\. The scans/);
  });

  it.each([
    ['elsewhere', 'in the channel itself'],
    ['watched', 'here'],
  ])('offer to stop ten watches, and count the rest: %s', (where, place) => {
    const watches = Array.from({ length: 12 }, () => stoppable(ALPINE));
    const drawn = draw(
      watching.unwatchView({ stopped: [], missed: [REGULAR], watched: [], [where]: watches }),
    );
    expect(drawn.match(new RegExp(`is watched ${place}`, 'g'))).toHaveLength(10);
    expect(drawn).toMatch(/and 2 more$/);
  });
});
