-- A pipeline that waits for the end of a scan. It has no message: it asks for its answer.
create table waits (
  -- uuid, chosen by whoever waits: asking again goes on with the same wait
  id text primary key,
  target_id text not null references targets (id),
  -- waiting, scan-ended, expired
  state text not null,
  -- number of the scan whose end is the answer, null before
  scan integer,
  created_at bigint not null,
  -- nobody waits any longer than this, epoch ms
  give_up_at bigint not null,
  ended_at bigint
);

create index waits_of_target on waits (target_id, state);

-- how many there are
create index waits_waiting on waits (give_up_at) where state = 'waiting';
