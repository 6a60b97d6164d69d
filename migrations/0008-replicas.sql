-- in which order the answers of a target came, whatever the clock said
alter table unread_answers add column number integer not null default 0;

-- Calls of Slack that it counts by the minute, for all replicas together.
create table slack_calls (
  id text primary key,
  -- update, final, look
  kind text not null,
  at bigint not null
);

create index slack_calls_at on slack_calls (at);

-- What rests because Slack or the Console asked for it, for all replicas together.
create table pauses (
  -- posts, edits, looks, console
  method text primary key,
  began_at bigint not null,
  until bigint not null
);
