-- when the Console's results of the target are looked at next, epoch ms: they tell of ends that nobody could report
alter table targets add column look_at bigint;

create index targets_look on targets (look_at) where look_at is not null;

-- Answers of the Console that could not be read: each may have been the only one that told of an end.
create table unread_answers (
  id text primary key,
  target_id text not null,
  at bigint not null,
  body text not null
);

create index unread_answers_at on unread_answers (at);

-- When the Console was asked in the last minute: its limit counts what a killed process asked, too.
create table console_requests (
  id text primary key,
  at bigint not null
);

create index console_requests_at on console_requests (at);
