-- from which findings on the channel is notified, as set when the scan ended; null: of every end
alter table watches add column notify_from text;

-- 1 once the scan is known to have found less: the live message shows its end, and nothing is posted
alter table watches add column is_quiet integer not null default 0;

-- JSON of the vulnerabilities by severity, as keys: what the next scan of the target is compared with
alter table reports add column vulnerabilities text;
