-- the thread of the last attempt, '' for the channel itself: whether it was posted is looked for there
alter table deliveries add column thread text;

-- 1 once the thread where the watch was made takes no replies: the rest goes to the channel
alter table watches add column is_thread_gone integer not null default 0;
