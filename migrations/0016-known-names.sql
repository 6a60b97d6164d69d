-- Names that people may use without registry and tag, as the Console's results have shown them: `alpine`.
create table known_names (
  name text primary key,
  -- the last day that a result showed it, epoch ms
  seen_at bigint not null
);

create index known_names_seen on known_names (seen_at);
