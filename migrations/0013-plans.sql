-- What is looked for by something else than its target: no statement of every day reads a table from end to end.
create index deliveries_of_report on deliveries (report_id) where report_id is not null;

create index watches_of_subscription on watches (subscription_id) where subscription_id is not null;

create index followers_of_person on followers (user_id);

-- scans that go on
create index scans_ongoing on scans (target_id) where ended_at is null;
