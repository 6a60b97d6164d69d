import { describe, expect, it } from 'vitest';
import { type Access, createAccess, type Visitor } from '../../../src/slack/access/access.ts';
import { bindButtons, readBinding } from '../../../src/slack/web-api/binding.ts';
import { type Profile, membershipOf } from '../../../src/slack/web-api/people.ts';
import { createRemember } from '../../../src/slack/access/access.ts';
import { createSharing, type SharedPolicy } from '../../../src/slack/access/sharing.ts';
import { saveConversation } from '../../../src/store/conversations.ts';
import type { Database } from '../../../src/store/database.ts';
import { openMemory } from '../../support/memory.ts';
import { leaseAll, leaseOf, settlingOf, watching } from '../../support/store.ts';
import { settleLater } from '../../../src/store/outbox/settle.ts';
import { NOON, MINUTE } from '../../support/observations.ts';
import { createDelayedCalls } from '../../support/delayed-calls.ts';

const { delayWrites } = createDelayedCalls();
const HOME = { teamId: 'T1', enterpriseId: null };
const OURS: Profile = { teamId: 'T1', enterpriseId: null, isStranger: false, isGuest: false };
const THEIRS: Profile = { ...OURS, teamId: 'T2', isStranger: true };
const GUEST: Profile = { ...OURS, isGuest: true };

type Sharing = 'own' | 'shared' | 'hidden' | 'missing-scope' | null;

interface World {
  readonly policy?: SharedPolicy;
  readonly sharing?: Sharing;
  readonly profile?: Profile | null;
  readonly members?: readonly string[] | null;
  readonly known?: boolean;
  readonly now?: () => number;
  readonly home?: typeof HOME | null;
  /** Slack does not respond. */
  readonly isHanging?: boolean;
}

const atNoon = () => NOON;
const DENY: SharedPolicy = { kind: 'deny' };
const USUAL = { policy: DENY, sharing: 'own', profile: OURS, members: [], now: atNoon, home: HOME } as const;

async function accessIn(world: World): Promise<{ access: Access; database: Database; asked: string[] }> {
  const { policy, sharing, profile, members, now, home } = { ...USUAL, ...world };
  const database = await openMemory();
  if (world.known !== undefined)
    await saveConversation(database, { id: 'C1', isShared: world.known, now: NOON });
  const asked: string[] = [];
  const answer =
    <T>(method: string, value: T) =>
    (of: string): Promise<T> => {
      asked.push(`${method} ${of}`);
      return world.isHanging === true ? new Promise(() => undefined) : Promise.resolve(value);
    };
  const memberIds = members && new Set(members);
  const access = createAccess({
    calls: { membersOf: answer('members', memberIds), profileOf: answer('profile', profile) },
    sharing: createSharing({ database: delayWrites(database), fetch: answer('info', sharing), policy, now }),
    home: () => Promise.resolve(home),
    now,
  });
  return { access, database, asked };
}

const VISITOR: Visitor = { userId: 'U1', teamId: 'T1', channel: 'C1' };
const ALLOW: SharedPolicy = { kind: 'allow' };
const ONLY: SharedPolicy = { kind: 'only', channels: ['C1'] };
const UNSEEN: World = { sharing: 'hidden', profile: THEIRS };
const UNSCOPED: World = { sharing: 'missing-scope' };
const NO_OTHER: SharedPolicy = { kind: 'only', channels: ['C2'] };

describe('whether somebody is answered', () => {
  it.each<[string, World, Partial<Visitor>, string]>([
    ['one of ours in an own conversation', {}, {}, 'yes'],
    ['a guest there', { profile: GUEST }, {}, 'yes'],
    ['one whose profile Slack does not tell there', { profile: null }, {}, 'yes'],
    ['a stranger in what was our own', { profile: THEIRS }, { teamId: 'T2' }, 'nobody'],
    ['a stranger in an own one that is allowed', { profile: THEIRS, policy: ALLOW }, { teamId: 'T2' }, 'yes'],
    ['one of another team whose profile Slack does not tell', { profile: null }, { teamId: 'T2' }, 'nobody'],
    ['one of ours in a shared one', { sharing: 'shared' }, {}, 'explained'],
    ['a stranger there', { sharing: 'shared', profile: THEIRS }, { teamId: 'T2' }, 'nobody'],
    ['nobody knows who there', { sharing: 'shared', profile: null }, { teamId: null }, 'nobody'],
    ['a stranger where all are allowed', { sharing: 'shared', profile: THEIRS, policy: ALLOW }, {}, 'yes'],
    ['a stranger where that one is allowed', { sharing: 'shared', profile: THEIRS, policy: ONLY }, {}, 'yes'],
    ['one of ours where another is allowed', { sharing: 'shared', policy: NO_OTHER }, {}, 'explained'],
    ['one of ours where Slack hides it', { sharing: 'hidden' }, {}, 'alone'],
    ['a stranger where Slack hides it', UNSEEN, {}, 'nobody'],
    ['a stranger where Slack hides what is allowed', { ...UNSEEN, policy: ONLY }, {}, 'alone'],
    ['one of ours where Slack does not answer', { sharing: null }, {}, 'alone'],
    ['nobody knows who, nobody knows where', { sharing: null, profile: null }, { teamId: null }, 'unknown'],
    ['one of ours while Slack has not said who we are', { sharing: 'hidden', home: null }, {}, 'unknown'],
    ['one of ours by what came with it', { sharing: null, profile: null }, {}, 'alone'],
    ['one of ours where Slack answered before', { sharing: null, known: true }, {}, 'explained'],
    ['one of ours where a scope is missing', UNSCOPED, {}, 'yes'],
    ['one of ours where a scope is missing and an event told', { ...UNSCOPED, known: true }, {}, 'explained'],
  ])('%s', async (_, world, visitor, admission) => {
    const later = { ...world, now: () => NOON + 11 * MINUTE };
    const { access } = await accessIn(later);
    expect(await access.admitTo({ ...VISITOR, ...visitor })).toBe(admission);
  });

  it('is known without asking Slack again for ten minutes, and changes with an event', async () => {
    let at = NOON;
    const { access, asked } = await accessIn({ sharing: 'shared', now: () => at });
    const questions = () => asked.filter((call) => call.startsWith('info')).length;
    for (at of [NOON, NOON + MINUTE, NOON + 10 * MINUTE - 1]) await access.admitTo(VISITOR);
    expect(questions()).toBe(1);
    at += 1;
    await access.admitTo(VISITOR);
    await access.admitTo(VISITOR);
    expect(questions()).toBe(2);
    // The clock was set back an hour.
    at -= 60 * MINUTE;
    await access.admitTo(VISITOR);
    expect(questions()).toBe(3);
    await access.recordSharing('C1', false);
    expect(await access.admitTo(VISITOR)).toBe('yes');
  });
});

describe('what is sent to a conversation', () => {
  it.each<[Sharing, SharedPolicy, boolean]>([
    ['own', DENY, false],
    ['shared', DENY, true],
    ['shared', ALLOW, false],
    ['shared', NO_OTHER, true],
    // Slack itself rejects these.
    ['hidden', DENY, false],
    [null, DENY, true],
  ])('where it is %s, with %o: held back %s', async (sharing, policy, isHeldBack) => {
    const { access } = await accessIn({ sharing, policy });
    expect((await access.withheldReason('C1')) !== null).toBe(isHeldBack);
  });
});

it('what was held back is due once its conversation is shared no more', async () => {
  const { access, database } = await accessIn({ known: true });
  const id = await watching(database);
  const delivery = await leaseOf(database, id);
  await settleLater(database, settlingOf(delivery), { dueAt: NOON + MINUTE, error: 'shared' });
  await access.recordSharing('C1', true);
  expect(await leaseAll(database)).toEqual([]);
  await access.recordSharing('C1', false);
  expect(await leaseAll(database)).toMatchObject([{ messageId: id }]);
});

it('what Slack does not say within a second and a half counts as unknown', async () => {
  const { access } = await accessIn({ isHanging: true });
  const startedAt = performance.now();
  expect(await access.isMember('C1', 'U1')).toBe('unknown');
  expect(performance.now() - startedAt).toBeLessThan(2_500);
});

describe('what a person sees and ends', () => {
  const mine = { channel: 'C1', createdBy: 'U1' };
  const theirs = { channel: 'C1', createdBy: 'U2' };

  it.each<[string, World['members'], boolean, boolean]>([
    ['a member', ['U1', 'U2'], true, true],
    ['no member', ['U2'], true, false],
    ['nobody knows', null, true, false],
  ])('of %s', async (_, members, ofMine, ofTheirs) => {
    const { access } = await accessIn({ members: members ?? null });
    expect(await access.mayTouch('U1', mine)).toBe(ofMine);
    expect(await access.mayTouch('U1', theirs)).toBe(ofTheirs);
    const shown = [...(ofMine ? [mine] : []), ...(ofTheirs ? [theirs] : [])];
    expect(await access.visible('U1', [mine, theirs])).toEqual(shown);
  });

  it('is asked of Slack once a minute per conversation, and sixty conversations at most', async () => {
    let at = NOON;
    const { access, asked } = await accessIn({ members: ['U1'], now: () => at });
    const all = Array.from({ length: 100 }, (_, number) => ({ channel: `C${number}`, createdBy: null }));
    expect(await access.visible('U1', all)).toHaveLength(60);
    await access.visible('U2', all);
    expect(asked).toHaveLength(60);
    at += MINUTE;
    await access.visible('U1', all.slice(0, 1));
    expect(asked).toHaveLength(61);
  });

  it('that is their own costs Slack no call', async () => {
    const { access, asked } = await accessIn({ members: ['U1'] });
    await access.visible('U1', [{ channel: 'C2', createdBy: 'U1' }, theirs]);
    expect(asked).toEqual(['members C1']);
  });
});

describe('an answer of Slack', () => {
  /** Resolves to how many calls there were. */
  const counting = (asked = 0) => {
    return () => Promise.resolve((asked += 1));
  };

  it('that it does not give is asked for again, and one for many who ask at a time', async () => {
    const answers = [null, 1, 2];
    const next = () => Promise.resolve(answers.shift() ?? null);
    const remember = createRemember(next, atNoon);
    expect(await Promise.all([remember('a'), remember('a')])).toEqual([null, null]);
    expect([await remember('a'), await remember('a')]).toEqual([1, 1]);
    expect(await remember('b')).toBe(2);
  });

  it('is kept for less than a minute, and for no hour that comes twice', async () => {
    let at = NOON;
    const remember = createRemember(counting(), () => at);
    const results = [];
    for (at of [NOON, NOON + MINUTE - 1, NOON + MINUTE, NOON - 60 * MINUTE])
      results.push(await remember('a'));
    expect(results).toEqual([1, 1, 2, 3]);
  });

  it('is kept for five thousand conversations, and the next one makes room', async () => {
    const remember = createRemember(counting(), atNoon);
    for (let number = 1; number <= 5_000; number += 1) await remember(`C${number}`);
    expect([await remember('C1'), await remember('C5001'), await remember('C1')]).toEqual([1, 5_001, 5_002]);
  });
});

describe('a person', () => {
  const grid = { teamId: 'T1', enterpriseId: 'E1' };
  it.each<[string, Profile, typeof HOME | typeof grid, string]>([
    ['of our workspace', OURS, HOME, 'member'],
    ['of ours, as a guest', GUEST, HOME, 'guest'],
    ['of another workspace', { ...OURS, teamId: 'T2' }, HOME, 'stranger'],
    ['of another one of our organisation', { ...OURS, teamId: 'T2', enterpriseId: 'E1' }, grid, 'member'],
    ['of another organisation', { ...OURS, teamId: 'T2', enterpriseId: 'E2' }, grid, 'stranger'],
    ['whom Slack calls a stranger', { ...OURS, isStranger: true }, HOME, 'stranger'],
    ['of whom Slack tells no workspace', { ...OURS, teamId: null }, HOME, 'member'],
  ])('%s', (_, profile, home, membership) => {
    expect(membershipOf(profile, home)).toBe(membership);
  });
});

describe('the value of a button', () => {
  const button = (rest: object) => ({ type: 'button', action_id: 'a', ...rest });
  const bound = (value: string, key: string) => {
    const elements = [button({ value }), button({})];
    const section = { type: 'section', accessory: button({ value }) };
    const blocks = [{ type: 'actions', elements }, section];
    return JSON.stringify(bindButtons({ blocks }, key).blocks);
  };

  it('names where it was posted, and is read back', () => {
    expect(bound('w1', 'C1').match(/C1\|w1/g)).toHaveLength(2);
    expect(readBinding('C1|w1')).toEqual({ key: 'C1', value: 'w1' });
    expect(readBinding('@U1|a|b')).toEqual({ key: '@U1', value: 'a|b' });
  });

  it.each(['w1', '', 'registry|x', '|w1', undefined])('of an earlier version names nothing: %s', (value) => {
    expect(readBinding(value)).toEqual({ key: null, value });
  });

  it('stays as it is where it would be too long, or there is nothing to name', () => {
    expect(bound('w'.repeat(1_997), 'C1')).toContain('C1');
    expect(bound('w'.repeat(1_998), 'C1')).not.toContain('C1');
    expect(bound('w1', 'U1')).not.toContain('U1');
  });
});
