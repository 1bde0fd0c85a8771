-- The log's end moves from where the caller saw it, or not at all. With the rows of the events in one round trip: nobody waits for anybody's
-- computing, only for their writing. The row's lock is what makes the indexes gapless, as before.
create function traceability.advance(from_size bigint, to_size bigint, edge bytea[]) returns void language plpgsql as $$
begin
    update traceability.log set size = to_size, frontier = edge where size = from_size;
    if not found then
        raise exception 'the log does not end at % any more', from_size using errcode = 'serialization_failure';
    end if;
end $$;

-- From which leaf on what parties captured is told to other services (TraceBatchCaptured) by who makes the graph. What is in the log now was
-- told when it was captured; a graph made again tells nothing twice.
alter table traceability.graph_position add column told_from bigint not null default 0;
update traceability.graph_position set told_from = (select size from traceability.log);
