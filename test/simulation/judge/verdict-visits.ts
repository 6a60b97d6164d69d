/** I16: no person sees, or can end, anything of a conversation that they are not in and that they did not create. */

import * as z from 'zod';
import { type Membership, STRANGER } from '../actors/membership.ts';
import { CHANNELS } from '../actors/places.ts';
import type { Visit } from '../actors/scenario.ts';
import type { World } from '../world.ts';
import { sql } from '../../../src/store/sql.ts';

/** What belongs to a conversation. */
export interface Ownable {
  readonly kind: 'watch' | 'board' | 'subscription';
  readonly id: string;
  readonly channel: string;
  /** Who requested it first; null for no person. */
  readonly createdBy: string | null;
  /** null of a board. */
  readonly target: string | null;
  /** The board or the subscription that it belongs to; null of all others. */
  readonly keptBy: string | null;
  readonly isOpen: boolean;
}

export interface VisitFacts {
  /** What people saw of their conversations, and ended there: else nothing would be proved. */
  shown: number;
  ended: number;
}

const FIRST_FOLLOWER = sql`(select f.user_id from followers f join watches o on o.id = f.watch_id
  where o.id = w.id or o.message_id = w.id order by f.followed_at, f.user_id limit 1)`;
/** What a subscription keeps ends with it. */
const MAKER = sql`coalesce(${FIRST_FOLLOWER}, (select s.created_by from subscriptions s
    where s.id = w.subscription_id))`;
const OWNABLES = sql`select w.id, w.channel, t.id as target_id,
    coalesce(case when w.message_id <> w.id then w.message_id end, w.subscription_id) as kept_by,
    ${MAKER} as created_by, 'watch' as kind, w.state = 'active' as is_open
  from watches w join targets t on t.number = w.target_number
  union all select w.id, w.channel, null, null, ${FIRST_FOLLOWER}, 'board', w.state = 'active'
    from messages w where w.is_board = 1
  union all select s.id, s.channel, s.target_id, null as kept_by, s.created_by, 'subscription', s.state <> 'ended'
    from subscriptions s
  order by 1`;

const ownable = z
  .object({
    kind: z.enum(['watch', 'board', 'subscription']),
    id: z.string(),
    channel: z.string(),
    created_by: z.string().nullable(),
    target_id: z.string().nullable(),
    kept_by: z.string().nullable(),
    is_open: z.number(),
  })
  .transform(({ created_by: createdBy, target_id: target, kept_by: keptBy, is_open, ...row }): Ownable => ({
    ...{ ...row, createdBy, target, keptBy, isOpen: is_open === 1 },
  }));

export async function ownables({ names }: World): Promise<readonly Ownable[]> {
  const rows = await names.database.query(OWNABLES);
  return rows.map((row) => ownable.parse(row));
}

interface Visitor {
  readonly user: string;
  readonly membership: Membership;
  /** As of the moment before. */
  readonly all: readonly Ownable[];
  readonly counts: VisitFacts;
}

interface Seen {
  readonly visit: Visit;
  /** Where it happened; '' on App Home. */
  readonly channel: string;
  readonly shown: readonly string[];
}

export function createVerdict(world: World, visitor: Visitor) {
  const { user, membership, counts } = visitor;
  const { judge, scenario } = world;
  const rules: Rules = {
    isTheirs: ({ channel, createdBy }) => createdBy === user || membership.isOrWasLately(user, channel),
    // Allowed everywhere, a stranger may be where Slack has not reported yet that it is shared.
    isTurnedAway: (channel) =>
      !scenario.conversations.isSharingAllowed && (user === STRANGER || membership.isShared(channel)),
    accuse: (what) => judge.accuse('I16', `${user} ${what}`),
  };
  return async (seen: Seen): Promise<void> => {
    counts.shown += judgeShown(world, { ...visitor, ...rules, ...seen });
    counts.ended += await judgeEnded(world, { ...visitor, ...rules, ...seen });
  };
}

interface Rules {
  readonly isTheirs: (one: Ownable) => boolean;
  readonly isTurnedAway: (channel: string) => boolean;
  readonly accuse: (what: string) => void;
}

type Case = Visitor & Rules & Seen;

/** How much of what belongs to conversations was shown. */
function judgeShown({ names }: World, visit: Case): number {
  const { user, membership, all, channel, isTheirs, isTurnedAway, accuse } = visit;
  const text = visit.shown.join('\n');
  if (user === STRANGER && channel !== '' && isTurnedAway(channel) && text !== '') accuse('is answered');
  const visible = all.filter(({ id }) => text.includes(id));
  for (const one of visible.filter((seen) => !isTheirs(seen)))
    accuse(`is shown the ${one.kind} ${names.of(one.id)} of ${one.channel}`);
  const theirs = new Set(all.filter(isTheirs).flatMap((one) => [one.channel, one.target]));
  // A channel with a digest alone has nothing that is theirs: App Home names it to its members.
  const isKnown = (named: string) =>
    theirs.has(named) || named === channel || membership.isOrWasLately(user, named);
  for (const named of CHANNELS.filter((one) => text.includes(`<#${one}>`)))
    if (!isKnown(named)) accuse(`is told of ${named}`);
  if (visit.visit.kind === 'home') judgeTargets(text, { theirs, ...visit });
  return visible.length;
}

function isPressed({ visit, all }: Case, { id }: Ownable): boolean {
  return visit.kind === 'press' && all[visit.which % all.length]?.id === id;
}

/** How much the visit ended: nothing else happens in its instant. */
async function judgeEnded(world: World, visit: Case): Promise<number> {
  const { user, all, channel, isTheirs, isTurnedAway, accuse } = visit;
  const open = new Set((await ownables(world)).filter((one) => one.isOpen).map(({ id }) => id));
  const ended = all.filter(({ id, isOpen }) => isOpen && !open.has(id));
  // Ending one's own board or subscription ends its watches, also those that others joined.
  const isKept = ({ keptBy }: Ownable): boolean => ended.some((other) => other.id === keptBy);
  for (const one of ended.filter((other) => !isKept(other))) {
    const board = isPressed(visit, one) ? world.judge.ledger.boards.get(one.id) : undefined;
    if (board !== undefined) board.isStopRequested = true;
    const isInPlace =
      channel === '' ? user !== STRANGER || !isTurnedAway(one.channel) : one.channel === channel;
    if (!isTheirs(one) || !isInPlace || (channel !== '' && isTurnedAway(channel)))
      accuse(
        `ends the ${one.kind} ${world.names.of(one.id)} of ${one.channel} from ${channel || 'App Home'}`,
      );
  }
  return ended.length;
}

/** What runs is shown without an id. */
function judgeTargets(
  text: string,
  { theirs, accuse, all }: Pick<Case, 'accuse' | 'all'> & { readonly theirs: ReadonlySet<string | null> },
): void {
  const targets = new Set(all.flatMap(({ target }) => target ?? []));
  for (const target of targets) {
    const [name] = /image-\d+/.exec(target) ?? [];
    if (name !== undefined && !theirs.has(target) && new RegExp(`${name}(?!\\d)`).test(text))
      accuse(`is shown that ${name} is followed`);
  }
}
