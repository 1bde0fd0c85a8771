-- Making or dropping a partition locks the whole outbox. A long read would make it wait, and every writer behind it; so it gives
-- up after two seconds instead and is called again, days before the partition is needed.
alter function exchange.maintain(int, int) set lock_timeout = '2s';

-- For the deletion of what is no longer kept: rows come in the order of their time, so a few pages of index cover all of them.
create index inbox_taken_at on exchange.inbox using brin (taken_at);
