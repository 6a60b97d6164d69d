-- What Slack told of a conversation.
create table conversations (
  id text primary key,
  -- 1 where people of another organisation are in it, null where that is not known
  is_shared integer,
  -- when that was told, epoch ms
  checked_at bigint not null,
  -- the ID that Slack gave it since
  renamed_to text
);
