-- what the channel wants to be told of at least, as it was when the scan ended; null: its end is told whatever it found
alter table watches add column tell_from text;

-- 1 once what its scan found is known to be less than that: its end is shown on the live message, and not posted
alter table watches add column is_quiet integer not null default 0;

-- JSON of the vulnerabilities by severity, as keys: what the next scan of the target is compared with
alter table reports add column vulnerabilities text;
