-- A message in Slack, edited as scans go on: it shows what is watched there, and posts about it stand below it. What
-- watches had of it moves here, boards are no watches any more, and a digest needs none.
create table messages (
  id text primary key,
  channel text not null,
  -- ts of the thread's root, '' for the channel itself
  thread text not null,
  -- active as long as one of its watches is; then scan-ended, stopped, undeliverable; moved-to-board; of a digest: digest
  state text not null,
  -- 1 where it has a line for each of its watches
  is_board integer not null default 0,
  -- in Slack; null before it is posted and after it is gone
  ts text,
  -- 1 after somebody deleted it, or where Slack allows no more edits: it is not posted again
  is_gone integer not null default 0,
  -- 1 once its thread takes no replies: the rest goes to the channel
  is_thread_gone integer not null default 0,
  -- 1 after a new one took the place of one that could not be edited any more: that is done once
  replacements integer not null default 0,
  -- epoch ms: the stalest is rendered first
  last_rendered_at bigint not null default 0,
  -- until when an edit of unknown outcome may still apply, epoch ms: what is rendered before is rendered once more
  late_edit_until bigint not null default 0,
  ended_at bigint
);

-- A watch that was moved to a board had a message of its own before, and what was sent or waits belongs to that.
insert into messages (id, channel, thread, state, is_board, ts, is_gone, is_thread_gone, replacements, last_rendered_at,
    late_edit_until, ended_at)
  select w.id, w.channel, w.thread, case when w.board_id is not null then 'moved-to-board'
      when w.state = 'expired' then 'scan-ended' else w.state end,
    case when w.target_id is null and w.state <> 'digest' then 1 else 0 end,
    w.message_ts, w.is_message_gone, w.is_thread_gone, w.replacements, w.last_rendered_at, w.late_edit_until,
    case when w.board_id is null then w.ended_at else w.created_at end
  from watches w
  where w.board_id is null and w.has_message = 1 or exists (select 1 from deliveries d where d.watch_id = w.id);

create table watches_17 (
  id text primary key,
  target_id text not null references targets (id),
  -- null for a subscription's watch that waits in silence. A message of a single watch has its id.
  message_id text references messages (id) on delete cascade,
  channel text not null,
  thread text not null,
  -- active, scan-ended, expired, stopped, undeliverable
  state text not null,
  -- its line on a board, from 0
  position integer not null default 0,
  -- of what was last queued for its message
  last_fingerprint text not null default '',
  -- JSON of what its message says of it; null where that is what its target says now
  content text,
  -- the report that its message shows, and whose end waits for it
  report_id text,
  subscription_id text references subscriptions (id),
  after_scan_number integer not null default 0,
  notify_from text,
  is_quiet integer not null default 0,
  created_at bigint not null,
  ended_at bigint
);

insert into watches_17 (id, target_id, message_id, channel, thread, state, position, last_fingerprint, content, report_id,
    subscription_id, after_scan_number, notify_from, is_quiet, created_at, ended_at)
  select w.id, w.target_id, coalesce(w.board_id, (select m.id from messages m where m.id = w.id)), w.channel, w.thread,
    w.state, w.position, w.last_fingerprint, w.content,
    coalesce(w.report_id, (select max(d.report_id) from deliveries d where d.watch_id = w.id and d.kind = 'completion')),
    w.subscription_id, w.after_scan_number,
    w.notify_from, w.is_quiet, w.created_at, w.ended_at
  from watches w where w.target_id is not null;

create table followers_17 (
  watch_id text not null references watches_17 (id) on delete cascade,
  user_id text not null,
  followed_at bigint not null,
  primary key (watch_id, user_id)
);

insert into followers_17 (watch_id, user_id, followed_at) select watch_id, user_id, followed_at from followers;

create table deliveries_17 (
  id text primary key,
  message_id text not null references messages (id) on delete cascade,
  -- of a board, the watch that it is about; null where it is about all that its message shows
  watch_id text references watches_17 (id) on delete cascade,
  -- live, update, final, notice, stopped-by, completion, digest
  kind text not null,
  -- JSON of what it says; {} where it says what its message does when it is sent
  content text not null,
  version integer not null default 0,
  -- pending, sending, sent, ambiguous, given-up, withheld
  state text not null,
  priority integer not null,
  due_at bigint not null,
  attempts integer not null default 0,
  attempted_at bigint,
  is_plain integer not null default 0,
  error text,
  ts text,
  lease_owner text,
  lease_until bigint,
  created_at bigint not null,
  settled_at bigint,
  attempted_at_slack bigint,
  missed_lookups integer not null default 0,
  report_id text,
  thread text
);

insert into deliveries_17 (id, message_id, watch_id, kind, content, version, state, priority, due_at, attempts,
    attempted_at, is_plain, error, ts, lease_owner, lease_until, created_at, settled_at, attempted_at_slack,
    missed_lookups, report_id, thread)
  select d.id, d.watch_id, (select l.id from watches l where l.id = d.line_watch_id), d.kind, d.content, d.version,
    d.state, d.priority, d.due_at, d.attempts, d.attempted_at, d.is_plain, d.error, d.ts, d.lease_owner, d.lease_until, d.created_at, d.settled_at, d.attempted_at_slack, d.missed_lookups, d.report_id,
    d.thread
  from deliveries d;

drop table deliveries;

drop table followers;

drop table watches;

alter table watches_17 rename to watches;

alter table followers_17 rename to followers;

alter table deliveries_17 rename to deliveries;

create unique index watches_active on watches (channel, thread, target_id) where state = 'active';

create index watches_of_target on watches (target_id, state);

create index watches_of_message on watches (message_id) where message_id is not null;

create index watches_of_report on watches (report_id) where report_id is not null;

create index watches_of_subscription on watches (subscription_id) where subscription_id is not null;

create index followers_of_person on followers (user_id);

create unique index deliveries_one_update on deliveries (message_id) where kind = 'update';

create index deliveries_open on deliveries (state, due_at) where state in ('pending', 'sending', 'ambiguous');

create index deliveries_attempted on deliveries (attempted_at) where attempted_at is not null;

create index deliveries_of_message on deliveries (message_id, state);

create index deliveries_of_watch on deliveries (watch_id) where watch_id is not null;

create index deliveries_of_report on deliveries (report_id) where report_id is not null;
