-- until when an edit of which nobody knows the outcome may still land, epoch ms: what is drawn before is drawn once more
alter table watches add column late_edit_until bigint not null default 0;

-- 1 after a new live message took the place of one whose edit window was closed: that is done once
alter table watches add column replacements integer not null default 0;

-- when the attempt was recorded, by Slack's clock: its history is searched by that
alter table deliveries add column slack_at bigint;

-- looks at the history since the attempt that did not find the message
alter table deliveries add column absences integer not null default 0;
