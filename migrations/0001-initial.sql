-- What is polled. One row however many conversations watch it.
create table targets (
  -- 'regular' or the printed image reference
  id text primary key,
  -- JSON of the image reference, null for the regular scan
  reference text,
  -- JSON of everything that planPoll remembers
  state text not null,
  -- epoch ms of the next reading, null where nobody watches
  next_poll_at bigint,
  -- counts the changes of its watches: a plan made for other watches than these is not recorded
  version integer not null default 0,
  lease_owner text,
  lease_until bigint,
  created_at bigint not null,
  touched_at bigint not null
);

create index targets_due on targets (next_poll_at) where next_poll_at is not null;

-- One run of the Console over a target, as far as it was seen.
create table scans (
  target_id text not null references targets (id),
  number integer not null,
  started_at bigint not null,
  ended_at bigint,
  snapshot text not null,
  primary key (target_id, number)
);

-- One conversation that follows a target until its scan ends.
create table watches (
  id text primary key,
  target_id text not null references targets (id),
  channel text not null,
  -- ts of the thread's root, '' for the channel itself
  thread text not null,
  -- active, scan-ended, expired, stopped, undeliverable
  state text not null,
  -- ts of the live message, null before it is posted and after it is gone
  message_ts text,
  -- 1 after somebody deleted the live message: it is not posted again
  is_message_gone integer not null default 0,
  -- fingerprint of what was last queued for the live message
  queued text not null default '',
  -- when the live message was last drawn, epoch ms: the stalest is drawn first
  shown_at bigint not null default 0,
  created_at bigint not null,
  ended_at bigint
);

-- Watching twice in one place joins the first watch.
create unique index watches_active on watches (channel, thread, target_id) where state = 'active';

create index watches_of_target on watches (target_id, state);

-- The people to mention at the end.
create table followers (
  watch_id text not null references watches (id) on delete cascade,
  user_id text not null,
  followed_at bigint not null,
  primary key (watch_id, user_id)
);

-- One intended Slack message or edit, recorded before it is attempted.
create table deliveries (
  -- uuid, travels in the message's metadata
  id text primary key,
  watch_id text not null references watches (id) on delete cascade,
  -- live, update, final, completion
  kind text not null,
  -- JSON of what it says; blocks are rendered when it is sent
  content text not null,
  -- counts the newer contents that overwrote this one
  version integer not null default 0,
  -- pending, sending, sent, ambiguous, given-up
  state text not null,
  -- ends before beginnings before updates
  priority integer not null,
  due_at bigint not null,
  attempts integer not null default 0,
  attempted_at bigint,
  -- 1 where Slack refused the blocks: the text alone is sent
  is_plain integer not null default 0,
  -- what Slack answered last
  error text,
  ts text,
  lease_owner text,
  lease_until bigint,
  created_at bigint not null,
  settled_at bigint
);

-- Only the newest unsent update of a live message is kept: Slack's limits cost freshness, never an end.
create unique index deliveries_one_update on deliveries (watch_id) where kind = 'update';

create index deliveries_open on deliveries (state, due_at) where state in ('pending', 'sending', 'ambiguous');

-- which channels were posted to within the last second
create index deliveries_attempted on deliveries (attempted_at) where attempted_at is not null;

create index deliveries_of_watch on deliveries (watch_id, state);

-- Events of Slack that were answered: Slack sends them again when it is in doubt.
create table events (
  id text primary key,
  at bigint not null
);
