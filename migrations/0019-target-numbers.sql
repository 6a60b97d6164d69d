-- A watch names its target by a number: the name itself took a sixth of its row and its indexes.
alter table targets add column number integer not null default 0;

update targets set number = numbered.number
  from (select id, row_number() over (order by created_at, id) as number from targets) as numbered
  where numbered.id = targets.id;

create unique index targets_number on targets (number);

-- Set in every row, yet nullable: SQLite adds a column with a reference only where its default is null.
alter table watches add column target_number integer references targets (number);

update watches set target_number = (select t.number from targets t where t.id = watches.target_id);

drop index watches_active;

drop index watches_of_target;

alter table watches drop column target_id;

create unique index watches_active on watches (channel, thread, target_number) where state = 'active';

create index watches_of_target on watches (target_number, state);
