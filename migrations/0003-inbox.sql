-- what came in and is not answered yet: the whole payload, emptied once it is
alter table events add column body text;

-- when a process took it, epoch ms: one that is not answered long after that is taken up by another
alter table events add column taken_at bigint;

create index events_unanswered on events (taken_at) where body is not null;
