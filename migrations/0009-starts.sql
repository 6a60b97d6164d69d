-- Starts of which nothing is to be seen are looked for by their time, every few seconds.
create index scan_requests_starts on scan_requests (at) where kind = 'start';
