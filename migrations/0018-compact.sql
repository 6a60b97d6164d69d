-- From here on JSON leaves out what goes without saying, which earlier versions cannot read: they refuse this schema.

-- A message that was edited needs no record of its post: its ts says that it was made.
delete from deliveries where kind = 'live' and state = 'sent' and exists (
  select 1 from messages m where m.id = deliveries.message_id and m.last_rendered_at > deliveries.settled_at);

-- Of one message there are a few: their states need no room in the index.
drop index deliveries_of_message;

create index deliveries_of_message on deliveries (message_id);
