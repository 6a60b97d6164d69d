import { expect, it } from 'vitest';
import { commandErrorView, remarksView } from '../../../src/views/replies/command-error.ts';
import { notMemberView, sharedChannelView, unknownPersonView } from '../../../src/views/replies/denials.ts';
import {
  confirmEndAllView,
  endedAllView,
  nothingToEndView,
  onlySubscriptionsView,
} from '../../../src/views/replies/end-all.ts';
import { outOfScopeView } from '../../../src/views/replies/start-stop.ts';
import { ALPINE, draw } from '../support/samples.ts';

const SPECIFICATIONS = Array.from({ length: 12 }, (_, number) => `spec-${number}`);

it('the replies that change nothing, or end everything, read like this', () => {
  const views = [
    commandErrorView({ problem: { kind: 'scan-what' } }),
    commandErrorView({ problem: { kind: 'not-understood', words: [], meant: null } }),
    commandErrorView({ problem: { kind: 'not-understood', words: ['please'], meant: 'watch a:1' } }),
    commandErrorView({ problem: { kind: 'not-understood', words: ['only', 'high'], meant: 'settings' } }),
    commandErrorView({ problem: { kind: 'not-understood', words: ['it'], meant: 'stop' } }),
    commandErrorView({ problem: { kind: 'not-understood', words: ['cancel'], meant: 'unwatch' } }),
    commandErrorView({ problem: { kind: 'not-understood', words: ['cancel'], meant: 'unwatch all' } }),
    remarksView([{ kind: 'for-everybody' }]),
    notMemberView({ isKnown: true, kind: 'channel' }),
    notMemberView({ isKnown: false, kind: 'channel' }),
    sharedChannelView('C1'),
    unknownPersonView(),
    confirmEndAllView('unwatch-all', { count: 1, thread: '', countedAt: 0 }),
    confirmEndAllView('unwatch-all', { count: 2, thread: '1.0', countedAt: 0 }),
    confirmEndAllView('unwatch-all', { count: 2, thread: '', countedAt: 0, subscriptions: 1 }),
    confirmEndAllView('unsubscribe-all', { count: 2, thread: '', countedAt: 0 }),
    nothingToEndView('unwatch-all'),
    onlySubscriptionsView({ count: 2, countedAt: 0 }),
    nothingToEndView('unsubscribe-all'),
    endedAllView('unwatch-all', 1, 'U1'),
    endedAllView('unsubscribe-all', 2, 'U1'),
    outOfScopeView(ALPINE, SPECIFICATIONS.slice(0, 2)),
    outOfScopeView(ALPINE, SPECIFICATIONS),
  ];
  expect(views.map(draw).join('\n---\n')).toMatchInlineSnapshot(`
    "Scan what? Nothing was started.
    One image: \`/scanprogress scan alpine:3.16\`
    All registries, after a confirmation: \`/scanprogress scan\`
    ---
    I did not understand that. Nothing was done.
    For example: \`/scanprogress alpine:3.16\`
    ~ \`/scanprogress help\` shows all that you can type.
    ---
    I did not understand \`please\`. Nothing was done.
    Did you mean \`/scanprogress watch a:1\`?
    [Watch here]
    ~ \`/scanprogress help\` shows all that you can type.
    ---
    I did not understand \`only\`, \`high\`. Nothing was done.
    For example: \`/scanprogress settings\`
    It shows which ends are posted here and when people are mentioned, and its button *Change…* changes that.
    ~ \`/scanprogress help\` shows all that you can type.
    ---
    I did not understand \`it\`. Nothing was done.
    For example: \`/scanprogress stop\`
    Only the messages here should stop? \`/scanprogress unwatch all\`
    ~ \`/scanprogress help\` shows all that you can type.
    ---
    I did not understand \`cancel\`. Nothing was done.
    For example: \`/scanprogress unwatch alpine:3.16\`
    Everything that is watched here: \`/scanprogress unwatch all\`
    To stop the registry scan instead: \`/scanprogress stop\`
    ~ \`/scanprogress help\` shows all that you can type.
    ---
    I did not understand \`cancel\`. Nothing was done.
    Did you mean \`/scanprogress unwatch all\`?
    To stop the registry scan instead: \`/scanprogress stop\`
    ~ \`/scanprogress help\` shows all that you can type.
    ---
    That is for everybody here. To turn off only the mentions: \`/scanprogress settings\`
    ---
    Only members of this conversation can do that.
    Join it, then try again.
    ---
    I cannot see who is a member of this conversation, so I do nothing in it.
    Type \`/invite @scanprogress\` in that conversation.
    ---
    This conversation is shared with another organisation, so I do nothing here.
    Whoever runs this bot can allow it: \`SHARED_CHANNELS=C1\`. Until then, ask me in another channel, or in the direct messages with me.
    ---
    Slack does not tell me just now who is in this conversation, so I do nothing here.
    Try again in a minute. If this goes on, tell the people who run this bot.
    ---
    Stop 1 watch of this channel and its threads, for everybody?
    The scans themselves are not affected.
    [Stop it]
    ---
    Stop 2 watches of this thread, for everybody?
    The scans themselves are not affected.
    [Stop all 2]
    ---
    Stop 2 watches of this channel and its threads, for everybody?
    The scans themselves are not affected.
    1 subscription of this channel stays; \`/scanprogress unsubscribe all\` ends it.
    [Stop all 2]
    ---
    End 2 subscriptions of this channel?
    The scans themselves are not affected.
    [End all 2]
    ---
    Nothing is watched here.
    To begin: \`/scanprogress watch alpine:3.16\`
    ---
    Nothing is watched here.
    2 subscriptions of this channel stay; \`/scanprogress unsubscribe all\` ends them.
    [End all 2]
    ---
    This channel is subscribed to nothing.
    To begin: \`/scanprogress subscribe alpine:3.16\`
    ---
    1 watch was stopped by <@U1>.
    \`/scanprogress list\` shows what is left.
    ---
    2 subscriptions were ended by <@U1>.
    \`/scanprogress list\` shows what is left.
    ---
    ⚠️ The scan of \`alpine:3.16\` was not started yet: no registry specification seems to cover this image.
    Looked at: \`spec-0\`, \`spec-1\`.
    Check the spelling. If it should be covered, *Start anyway*: the Console decides.
    [Start anyway]
    ---
    ⚠️ The scan of \`alpine:3.16\` was not started yet: no registry specification seems to cover this image.
    Looked at: \`spec-0\`, \`spec-1\`, \`spec-2\`, \`spec-3\`, \`spec-4\`, \`spec-5\`, \`spec-6\`, \`spec-7\`, \`spec-8\`, \`spec-9\` and 2 more.
    Check the spelling. If it should be covered, *Start anyway*: the Console decides.
    [Start anyway]"
  `);
});
