-- when the channel's weekly digest is due, epoch ms; null where it wants none
alter table channel_settings add column digest_at bigint;

-- where the next one begins: the end of the last one, epoch ms; null before the first
alter table channel_settings add column digest_from bigint;
