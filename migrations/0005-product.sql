-- A channel follows every scan of a target from now on. An active one always has a watch that waits for the next scan.
create table subscriptions (
  id text primary key,
  target_id text not null references targets (id),
  channel text not null,
  -- active, resting (the channel takes no messages for now), ended
  state text not null,
  created_by text not null,
  created_at bigint not null,
  ended_at bigint
);

create unique index subscriptions_open on subscriptions (channel, target_id) where state <> 'ended';

create index subscriptions_of_target on subscriptions (target_id);

-- the subscription that keeps the watch, null where a person asked for this one scan
alter table watches add column subscription_id text references subscriptions (id);

-- 0 while a watch of a subscription has shown nothing yet: it waits in silence
alter table watches add column is_shown integer not null default 1;

-- scans up to this number are none of its business: they were told, or somebody stopped watching them
alter table watches add column after_scan integer not null default 0;

-- How a channel wants to be told.
create table channel_settings (
  channel text primary key,
  -- JSON
  settings text not null,
  changed_by text not null,
  changed_at bigint not null
);

-- 1 after the last watch was stopped: nobody has read on since, and what was seen then may be over
alter table targets add column is_left integer not null default 0;

-- What is told of a scan besides its progress, and asked of the Console apart: findings, and why it does not move.
create table reports (
  -- target, scan and topic
  id text primary key,
  target_id text not null references targets (id),
  scan integer not null,
  -- end, stall, start
  topic text not null,
  -- JSON of what a result is compared with
  basis text not null,
  -- when the Console is asked next, epoch ms; null once it has told, or is asked no more
  due_at bigint,
  -- when it is asked no more, epoch ms
  until bigint not null,
  -- JSON of what it told, null before
  body text,
  created_at bigint not null
);

create index reports_due on reports (due_at) where due_at is not null;

create index reports_of_target on reports (target_id, scan);

-- the report that a message waits for, and shows
alter table deliveries add column report_id text;

-- Who started and stopped scans.
create table scan_requests (
  id text primary key,
  target_id text not null references targets (id),
  -- start, stop
  kind text not null,
  user_id text not null,
  channel text not null,
  -- how many scans of the target had been seen by then
  scans integer not null,
  -- asked, done, failed, unclear
  outcome text not null,
  at bigint not null
);

create index scan_requests_of_target on scan_requests (target_id, at);
