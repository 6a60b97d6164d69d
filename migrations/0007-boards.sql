-- A board is a watch without a target of its own: its message has a line for each of the watches on it. So a watch may
-- be without a target, which takes new tables for it and for what refers to it.
create table watches_7 (
  id text primary key,
  -- null for a board
  target_id text references targets (id),
  channel text not null,
  thread text not null,
  -- active, scan-ended, expired, stopped, undeliverable; a board is active as long as one of its watches is
  state text not null,
  message_ts text,
  is_message_gone integer not null default 0,
  queued text not null default '',
  shown_at bigint not null default 0,
  created_at bigint not null,
  ended_at bigint,
  late_edit_until bigint not null default 0,
  replacements integer not null default 0,
  subscription_id text references subscriptions (id),
  is_shown integer not null default 1,
  after_scan integer not null default 0,
  is_thread_gone integer not null default 0,
  -- the board that shows it, null for a watch with a message of its own
  board_id text references watches_7 (id) on delete cascade,
  -- its line on the board, from 0
  position integer not null default 0,
  -- JSON of what its line says
  line text,
  -- the report that its line shows
  report_id text
);

insert into watches_7 (id, target_id, channel, thread, state, message_ts, is_message_gone, queued, shown_at, created_at,
    ended_at, late_edit_until, replacements, subscription_id, is_shown, after_scan, is_thread_gone)
  select id, target_id, channel, thread, state, message_ts, is_message_gone, queued, shown_at, created_at,
    ended_at, late_edit_until, replacements, subscription_id, is_shown, after_scan, is_thread_gone
  from watches;

create table followers_7 (
  watch_id text not null references watches_7 (id) on delete cascade,
  user_id text not null,
  followed_at bigint not null,
  primary key (watch_id, user_id)
);

insert into followers_7 (watch_id, user_id, followed_at) select watch_id, user_id, followed_at from followers;

create table deliveries_7 (
  id text primary key,
  watch_id text not null references watches_7 (id) on delete cascade,
  -- live, update, final, notice, completion
  kind text not null,
  content text not null,
  version integer not null default 0,
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
  slack_at bigint,
  absences integer not null default 0,
  report_id text,
  thread text,
  -- of a board's notice: the watch that it is about
  member_id text
);

insert into deliveries_7 (id, watch_id, kind, content, version, state, priority, due_at, attempts, attempted_at, is_plain,
    error, ts, lease_owner, lease_until, created_at, settled_at, slack_at, absences, report_id, thread)
  select id, watch_id, kind, content, version, state, priority, due_at, attempts, attempted_at, is_plain,
    error, ts, lease_owner, lease_until, created_at, settled_at, slack_at, absences, report_id, thread
  from deliveries;

drop table deliveries;

drop table followers;

drop table watches;

alter table watches_7 rename to watches;

alter table followers_7 rename to followers;

alter table deliveries_7 rename to deliveries;

create unique index watches_active on watches (channel, thread, target_id) where state = 'active';

create index watches_of_target on watches (target_id, state);

create index watches_of_board on watches (board_id) where board_id is not null;

create index watches_of_report on watches (report_id) where report_id is not null;

create unique index deliveries_one_update on deliveries (watch_id) where kind = 'update';

create index deliveries_open on deliveries (state, due_at) where state in ('pending', 'sending', 'ambiguous');

create index deliveries_attempted on deliveries (attempted_at) where attempted_at is not null;

create index deliveries_of_watch on deliveries (watch_id, state);
