-- Columns and a table get the words that the code uses.
alter table targets rename column look_at to results_check_at;
alter table targets rename column touched_at to last_requested_at;
alter table targets rename column is_left to is_unwatched;
alter table watches rename column queued to last_fingerprint;
alter table watches rename column shown_at to last_rendered_at;
alter table watches rename column is_shown to has_message;
alter table watches rename column after_scan to after_scan_number;
alter table watches rename column line to content;
alter table events rename column taken_at to claimed_at;
alter table unread_answers rename to unparsed_responses;
alter table deliveries rename column slack_at to attempted_at_slack;
alter table deliveries rename column absences to missed_lookups;
alter table deliveries rename column member_id to line_watch_id;
alter table reports rename column until to give_up_at;
alter table pauses rename to rate_limit_pauses;

-- A subscription whose channel takes no messages for now is paused, and no more resting.
update subscriptions set state = 'paused' where state = 'resting';
