import { expect, it } from 'vitest';
import type { ControlOutcome } from '../../../src/scan/control.ts';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import type { DeliveryContent } from '../../../src/scan/delivery.ts';
import type { FailureCause } from '../../../src/scan/snapshot.ts';
import { note } from '../../../src/views/kit/blocks.ts';
import { stoppedByView } from '../../../src/views/messages/stopped-by.ts';
import { alreadyOnBoardView, onBoardView } from '../../../src/views/replies/board.ts';
import { elsewhereView } from '../../../src/views/replies/direct-message.ts';
import * as control from '../../../src/views/replies/start-stop.ts';
import { internalErrorView, names, rateLimitedView } from '../../../src/views/replies/watch.ts';
import { settingsLine } from '../../../src/views/settings/settings.ts';
import { ALPINE, draw, image, MINUTE, REGULAR, SCANNING } from '../support/samples.ts';

const failureOf = (cause: FailureCause) => ({ cause, detail: '', retryAfterMs: null });
const OUTCOMES: readonly ControlOutcome[] = [
  { kind: 'already-running' },
  { kind: 'forbidden' },
  { kind: 'unclear', failure: failureOf('timeout') },
  { kind: 'failed', failure: failureOf('unreachable') },
];

it('the replies to starts and stops read like this', () => {
  const views = [
    control.startingView(ALPINE),
    control.runningView(ALPINE),
    control.runningView(REGULAR),
    ...OUTCOMES.map((outcome) => control.startedView(ALPINE, outcome) ?? note('nothing')),
    ...OUTCOMES.map((outcome) => control.stoppedView({ outcome, isIdle: false })),
    control.confirmView('start'),
    control.confirmView('stop'),
    control.interruptedView(ALPINE),
    control.stopInterruptedView(),
    control.notForGuestsView(),
  ];
  expect(control.startedView(ALPINE, { kind: 'done' })).toBeNull();
  expect(views.map(draw).join('\n---\n')).toMatchInlineSnapshot(`
    "Asking the Console to start the scan of \`alpine:3.16\`.
    I’ll post the result here.
    ---
    The scan of \`alpine:3.16\` is running already; nothing was started.
    ---
    The registry scan is running already; nothing was started.
    The Console runs one at a time. \`/scanprogress stop\` stops it.
    ---
    The scan of \`alpine:3.16\` is running already; nothing was started.
    ---
    The scan of \`alpine:3.16\` was not started: the Console user of this bot may not do that.
    For whoever runs this bot: give its role *write* permission for \`monitorImages\`, or set a second user in \`PRISMA_OPERATOR_USERNAME\` and \`PRISMA_OPERATOR_PASSWORD\`.
    ---
    The Console did not say whether the scan of \`alpine:3.16\` was started.
    It may be busy: check the Console’s load.
    Check with \`/scanprogress alpine:3.16\` before you start it again.
    ---
    The scan of \`alpine:3.16\` was not started: the Console cannot be reached.
    For whoever runs this bot: check \`PRISMA_CONSOLE_URL\` (is it https://, and not http://, or the other way round?), and that the bot’s network may reach that host and port.
    ---
    The Console did not say whether the registry scan was stopped.
    Check with \`/scanprogress\` before you try again.
    ---
    The registry scan was not stopped: the Console user of this bot may not do that.
    For whoever runs this bot: give its role *write* permission for \`monitorImages\`, or set a second user in \`PRISMA_OPERATOR_USERNAME\` and \`PRISMA_OPERATOR_PASSWORD\`.
    ---
    The Console did not say whether the registry scan was stopped.
    It may be busy: check the Console’s load.
    Check with \`/scanprogress\` before you try again.
    ---
    The registry scan was not stopped: the Console cannot be reached.
    For whoever runs this bot: check \`PRISMA_CONSOLE_URL\` (is it https://, and not http://, or the other way round?), and that the bot’s network may reach that host and port.
    ---
    Start the registry scan of all registries?
    [Start registry scan…]
    ---
    Stop the registry scan?
    Only the messages here should stop? \`/scanprogress unwatch all\`
    [Stop registry scan…]
    ---
    I restarted while asking the Console to start the scan of \`alpine:3.16\`, so I don’t know whether it did.
    Check with \`/scanprogress alpine:3.16\`, and start it again if it is not running.
    ---
    I restarted while asking the Console to stop the registry scan, so I don’t know whether it did.
    Check with \`/scanprogress\`, and stop it again if it is still running.
    ---
    Guests and people of other organisations may not start or stop scans from Slack.
    Ask a member of this workspace who may."
  `);
  const failures = [failureOf('forbidden'), failureOf('timeout')];
  expect(
    failures
      .map((failure) => [control.whyNotTaken(failure), ...control.whatToDoAboutStart(failure)].join('\n'))
      .join('\n---\n'),
  ).toMatchInlineSnapshot(`
    "the Console user of this bot may not do that
    For whoever runs this bot: give its role *write* permission for \`monitorImages\`, or set a second user in \`PRISMA_OPERATOR_USERNAME\` and \`PRISMA_OPERATOR_PASSWORD\`.
    ---
    the Console did not answer in time
    It may be busy: check the Console’s load."
  `);
});

it('what is said of watches that cannot go on, or go on elsewhere, reads like this', () => {
  const stopped = (more: Partial<DeliveryContent>, targets = [ALPINE]) =>
    stoppedByView({ targets, content: { snapshot: SCANNING, end: 'stopped', stoppedBy: 'U1', ...more } });
  const named = { target: ALPINE, isTagAssumed: false };
  const views = [
    stopped({}),
    stopped({ stoppedBy: null }),
    stopped({}, [REGULAR]),
    stopped({}, [ALPINE, REGULAR]),
    stopped({ stopped: 'subscription' }),
    stopped({ stopped: 'subscription' }, [REGULAR]),
    rateLimitedView({ target: ALPINE, againInMs: 2 * MINUTE }),
    internalErrorView(),
    internalErrorView('The disk is full'),
    elsewhereView(note('An answer.'), 'C1'),
    onBoardView({ named: [named, { ...named, isTagAssumed: true }], isPosted: false }),
    onBoardView({ named: [named], isPosted: true }),
    alreadyOnBoardView({ targets: [ALPINE], hasJoined: true, boardUrl: 'https://a.slack.com/x' }),
    alreadyOnBoardView({ targets: [ALPINE, REGULAR], hasJoined: false, boardUrl: null }),
  ];
  expect(views.map(draw).join('\n---\n')).toMatchInlineSnapshot(`
    "🔕 The scan of \`alpine:3.16\` is no longer watched: stopped by <@U1>.
    I won’t post when it ends. To watch it again: \`/scanprogress watch alpine:3.16\`
    ---
    🔕 The scan of \`alpine:3.16\` is no longer watched: stopped.
    I won’t post when it ends. To watch it again: \`/scanprogress watch alpine:3.16\`
    ---
    🔕 The registry scan is no longer watched: stopped by <@U1>.
    I won’t post when it ends. To watch it again: \`/scanprogress watch\`
    ---
    🔕 The 2 images of this board are no longer watched: stopped by <@U1>.
    I won’t post when they end. To watch one again: \`/scanprogress watch IMAGE\`
    ---
    🔕 This channel is no longer subscribed to \`alpine:3.16\`: unsubscribed by <@U1>.
    To follow every scan again: \`/scanprogress subscribe alpine:3.16\`
    ---
    🔕 This channel is no longer subscribed to the registry scan: unsubscribed by <@U1>.
    To follow every scan again: \`/scanprogress subscribe\`
    ---
    Too many people are asking at once: I ask the Console 30 times in 30 s at most.
    Ask again in 2 min, or watch the scan of \`alpine:3.16\`, and I’ll keep asking: \`/scanprogress watch alpine:3.16\`
    ---
    Something went wrong in scanprogress, and the log has the details.
    Try again in a minute. If this goes on, tell the people who run this bot.
    ---
    Something went wrong in scanprogress, and the log has the details.
    The disk is full.
    Try again in a minute. If this goes on, tell the people who run this bot.
    ---
    ~ This is about <#C1>, where I could not answer you. Type \`/invite @scanprogress\` in that conversation.
    An answer.
    ---
    Watching \`alpine:3.16\`, \`alpine:3.16\` here, on one board. The board follows.
    Where no tag was given, it is \`latest\`.
    ---
    Watching \`alpine:3.16\` here, on one board.
    ---
    \`alpine:3.16\` is already on a board here.
    You will be mentioned, too, when it ends.
    <https://a.slack.com/x|Go to the board>
    ---
    These images are already on a board here: \`alpine:3.16\`, the registry scan.
    You will be mentioned when it ends."
  `);
});

it('many targets are named in part', () => {
  const many = Array.from({ length: 30 }, (_, number) => image(`a${number}:1`));
  expect([names(many.slice(0, 2)), names(many)]).toMatchInlineSnapshot(`
    [
      "\`a0:1\`, \`a1:1\`",
      "\`a0:1\`, \`a1:1\`, \`a2:1\`, \`a3:1\`, \`a4:1\`, \`a5:1\`, \`a6:1\`, \`a7:1\`, \`a8:1\`, \`a9:1\` and 20 more",
    ]
  `);
});

it('the settings of a channel read like this in one line', () => {
  const timeZone = 'Europe/Berlin';
  const lines = [
    DEFAULT_SETTINGS,
    {
      ...DEFAULT_SETTINGS,
      areRegistryEndsPosted: false,
      showLiveMessages: false,
      completionIn: 'channel',
      areMentionsOn: false,
      quietHours: { from: 22 * 60, until: 7 * 60 + 30, timeZone },
      digest: { weekday: 'monday', minute: 0, timeZone },
    } as const,
  ].map(settingsLine);
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "live messages on · completion post in the thread · mentions on · no quiet hours
    no ends of the registry scan · live messages off · completion post in the channel · mentions off · quiet 22:00 to 07:30 · digest on Mondays"
  `);
});
