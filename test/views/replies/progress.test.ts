import { describe, expect, it } from 'vitest';
import { type ProgressReplyInput, progressReply } from '../../../src/views/replies/progress.ts';
import type { Snapshot } from '../../../src/scan/snapshot.ts';
import {
  ALPINE,
  COMPLETED,
  CONSOLE_URL,
  draw,
  FOUND,
  image,
  MINUTE,
  NOT_RUNNING,
  NOW,
  REGULAR,
  SCANNING,
  step,
} from '../support/samples.ts';

const asked: ProgressReplyInput = {
  target: ALPINE,
  snapshot: SCANNING,
  isTagAssumed: false,
  isEphemeral: true,
  isWatchedHere: false,
  sharedBy: null,
  liveMessageUrl: null,
  consoleUrl: CONSOLE_URL,
  now: NOW,
};
const reply = (more: Partial<ProgressReplyInput>) => draw(progressReply({ ...asked, ...more }));
const failure = { cause: 'sign-in', detail: 'POST /authenticate answered 401', retryAfterMs: null } as const;

describe('the answer', () => {
  it('shows a running scan and offers to watch and to share it', () => {
    const images = step(7, 12, {
      title: 'Step 2/2 scanning images in registry r: Scanned 7/12 images with 2 Defenders',
    });
    expect(reply({ snapshot: { ...SCANNING, images } })).toMatchInlineSnapshot(`
      "# 🔵 alpine:3.16
      *Scanning images* · 12 min
      Tags *1/1*  \`██████████\`
      Images *7/12*  \`█████░░░░░\`
      ~ 2 Defenders · As of <!date^1767362602^{time_secs}|2026-01-02 14:03:22 UTC>
      [Watch here] [Refresh] [Share here] [Open in Console]"
    `);
  });

  it('about the registry scan names what else runs and is watched here, up to five', () => {
    const running = [1, 2, 3, 4, 5, 6].map((tag) => ({
      target: image(`api:${tag}`),
      snapshot: { ...SCANNING, remainingMs: 4 * MINUTE },
    }));
    const drawn = (count: number) =>
      reply({ target: REGULAR, snapshot: NOT_RUNNING, runningHere: running.slice(0, count) });
    expect(drawn(0)).not.toContain('watched here');
    expect(drawn(1)).toContain(
      '*Running, and watched here*\n🔵 `api:1` · scanning · tags 1/1 · images 7/12 · about 4 min left\n~',
    );
    expect(drawn(5)).not.toContain('more');
    expect(drawn(6)).toMatch(/`api:5`.*\nand 1 more: `\/scanprogress list`\n~/);
  });

  it('says what a scan that is over found, and what is new', () => {
    expect(reply({ snapshot: COMPLETED, report: FOUND })).toMatch(
      /^# 🟠 alpine:3.16\n\*Completed\* in 12 min · \*1 critical\* · 4 high\nSince the scan before: \*1 more critical\*\n/,
    );
    expect(reply({ report: FOUND })).not.toContain('critical');
  });

  it('says what has a fix once the scan is over, up to five', () => {
    const item = {
      severity: 'critical',
      packageName: 'zlib',
      installed: '1.2.11',
      fixedIn: '1.2.12',
      isNew: null,
    } as const;
    const toActOn = [1, 2, 3, 4, 5, 6].map((id) => ({ ...item, id: `CVE-2022-000${id}` }));
    const drawn = (snapshot: Snapshot, count: number) =>
      reply({ snapshot, report: { ...FOUND, toActOn: toActOn.slice(0, count) } });
    expect(drawn(COMPLETED, 6)).toMatch(
      /\*To act on: these have a fix\*\n.*CVE-2022-0001> critical · `zlib` `1.2.11` → `1.2.12`\n[^]*CVE-2022-0005>.*\nand 1 more\n~/,
    );
    expect(drawn(COMPLETED, 5)).not.toContain('more\n~');
    for (const without of [drawn(COMPLETED, 0), drawn(SCANNING, 6)])
      expect(without).not.toContain('To act on');
  });

  it('says that what a scan found is not known yet', () => {
    const NOT_KNOWN =
      /^# 🏁 alpine:3.16\n\*Completed\* in 12 min · findings not known yet[^]*~ \*Refresh\* shows in a moment/;
    const drawn = (isReportPending: boolean) => reply({ snapshot: COMPLETED, isReportPending });
    expect(drawn(true)).toMatch(NOT_KNOWN);
    expect(drawn(false)).not.toMatch(NOT_KNOWN);
  });

  it('says what the scan before found, while the next one runs', () => {
    const ended = { state: 'completed', hasErrors: false, endedAt: NOW - MINUTE } as const;
    const before = { ...ended, findings: FOUND.findings };
    expect(reply({ before })).toMatch(
      /\nThe last scan completed .* UTC> · \*1 critical\* · 4 high\.\n~ As of/,
    );
  });

  it('never shows a scan going on where the Console has just said that none does', () => {
    const { text, blocks } = progressReply({ ...asked, snapshot: { ...SCANNING, emptyAnswers: 1 } });
    expect(text).toBe('alpine:3.16 · not running · tags 1/1 · images 7/12');
    expect(draw({ blocks })).toContain('no such scan\nLast seen at tags 1/1 · images 7/12.');
  });

  it('says that latest is meant where no tag was given', () => {
    expect(reply({ target: image('alpine'), isTagAssumed: true })).toContain(
      '~ No tag was given, so this is `latest`.',
    );
  });

  it('says that the scan is watched here instead of offering it, and offers no sharing in public', () => {
    const drawn = reply({
      isWatchedHere: true,
      isEphemeral: false,
      liveMessageUrl: 'https://a.slack.com/archives/C/p',
    });
    expect(drawn).toContain('Already watched here: <https://a.slack.com/archives/C/p|live message>.');
    expect(drawn).toMatch(/\[Refresh\] \[Open in Console\]$/);
  });

  it('says who shared it', () => {
    expect(reply({ isEphemeral: false, sharedBy: 'U1' })).toContain('~ Shared by <@U1>\n');
  });

  it('does not offer to watch what is over', () => {
    expect(reply({ snapshot: COMPLETED })).not.toContain('Watch here');
  });

  it('explains what it may mean that nothing runs', () => {
    expect(reply({ snapshot: NOT_RUNNING })).toMatchInlineSnapshot(`
      "# ⚪ alpine:3.16
      *Not running*: the Console reports no such scan
      Nobody has started it, or it is over. If you expected it, check in the Console:
      •  is the tag spelled like this?
      •  is the image’s registry configured there?
      ~ As of <!date^1767362602^{time_secs}|2026-01-02 14:03:22 UTC>
      [Watch here] [Refresh] [Share here] [Open in Console]"
    `);
  });

  it.each([
    ['inside', /Nobody has started it, or it is over. The image’s registry is configured/],
    ['outside', /\*Out of scope\*, it seems: no registry specification of the Console covers this image/m],
  ] as const)('of an image that is %s the scope says so', (scope, line) => {
    const drawn = reply({ snapshot: { ...NOT_RUNNING, scope } });
    expect(drawn).toMatch(line);
    expect(drawn).not.toContain('is the image’s registry configured there?');
  });

  it('never blames the scope for the regular scan, which has none', () => {
    const drawn = reply({ target: REGULAR, snapshot: { ...NOT_RUNNING, emptyAnswers: 99 } });
    expect(drawn).toContain('Nobody has started one, or the last one is over.');
    expect(drawn).not.toContain('configured');
  });

  it('says what failed, how old the counts are and what to do', () => {
    const snapshot = { ...SCANNING, state: 'unknown', failure, answeredAt: NOW - 3 * MINUTE } as const;
    expect(reply({ snapshot })).toMatchInlineSnapshot(`
      "# ❔ alpine:3.16
      *Unknown*: the Console refused the sign-in
      For whoever runs this bot: check \`PRISMA_USERNAME\` and \`PRISMA_PASSWORD\`, that this user is neither locked nor expired, and that \`PRISMA_AUTH\` is a way this Console allows.
      Tags *1/1*  \`██████████\`
      Images *7/12*  \`█████░░░░░\`
      These counts are from <!date^1767362422^{date_short_pretty} {time}|2026-01-02 14:00:22 UTC>.
      \`POST /authenticate answered 401\`
      ~ As of <!date^1767362422^{time_secs}|2026-01-02 14:00:22 UTC>
      [Watch here] [Refresh] [Share here] [Open in Console]"
    `);
  });

  it('draws no bars where the Console never answered', () => {
    const drawn = reply({ snapshot: { ...NOT_RUNNING, state: 'unknown', failure, answeredAt: null } });
    expect(drawn).toContain('refused the sign-in\nFor whoever runs this bot: check `PRISMA_USERNAME`');
    expect(drawn).toContain('The Console has not answered about it yet.');
    expect(drawn).not.toContain('░');
  });

  it('shows a sentence of the Console that it does not know', () => {
    const images = step(7, 12, { title: 'Waiting for *a* Defender' });
    expect(reply({ snapshot: { ...SCANNING, images } })).toContain('Console: `Waiting for *a* Defender`');
  });
});
