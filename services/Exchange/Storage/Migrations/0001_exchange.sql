-- The exchange's tables, in every service's database.
create schema exchange;

-- Everything this service has told, kept for replay. Insert-only; a row is written in the transaction of the change it tells of.
create table exchange.outbox (
    day          date        not null,
    message_id   uuid        not null,
    type         text        not null,
    aggregate_id uuid        not null,
    version      int         not null,
    occurred_at  timestamptz not null,
    recorded_at  timestamptz not null default now(),
    traceparent  text,
    payload      text        not null,
    primary key (day, message_id)
) partition by range (day);

-- The net under maintenance: a day without a partition of its own still has a place.
create table exchange.outbox_default partition of exchange.outbox default;

-- What the broker has not confirmed yet. A row goes, in one transaction, when its event is confirmed; the narrow table keeps that cheap.
create table exchange.outbox_pending (
    message_id uuid not null primary key,
    day        date not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, fillfactor = 100);

-- What could not be told at all (a type that this version of the contracts does not know). Must stay empty.
create table exchange.outbox_dead (
    message_id uuid        not null primary key,
    day        date        not null,
    reason     text        not null,
    found_at   timestamptz not null default now()
);

-- What this service has taken in: one row per event and consumer, committed with the event's effect.
create table exchange.inbox (
    consumer   text        not null,
    message_id uuid        not null,
    taken_at   timestamptz not null default now(),
    primary key (consumer, message_id)
);

-- Partitions for today and the days ahead; partitions and inbox rows older than `keep_days` go.
create function exchange.maintain(keep_days int, days_ahead int default 3) returns void
language plpgsql as $$
declare
    today date := (now() at time zone 'utc')::date;
    d date;
    part record;
begin
    perform pg_advisory_xact_lock(hashtext('exchange.maintain'));
    for d in select generate_series(today, today + days_ahead, interval '1 day')::date loop
        -- A day that already has rows in the default partition stays there until they are old.
        if to_regclass(format('exchange.outbox_%s', to_char(d, 'YYYYMMDD'))) is null
           and not exists (select 1 from exchange.outbox_default where day = d) then
            execute format('create table exchange.outbox_%s partition of exchange.outbox for values from (%L) to (%L)',
                           to_char(d, 'YYYYMMDD'), d, d + 1);
        end if;
    end loop;
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'exchange.outbox'::regclass and c.relname ~ '^outbox_\d{8}$'
          and to_date(substr(c.relname, 8), 'YYYYMMDD') < today - keep_days
    loop
        -- Never one with something still to be told.
        if not exists (select 1 from exchange.outbox_pending p
                       where p.day = to_date(substr(part.relname, 8), 'YYYYMMDD')) then
            execute format('drop table exchange.%I', part.relname);
        end if;
    end loop;
    delete from exchange.outbox_default o where o.day < today - keep_days
        and not exists (select 1 from exchange.outbox_pending p where p.message_id = o.message_id);
    -- A redelivery can only come from an outbox, so the inbox is kept a week longer than any outbox.
    delete from exchange.inbox where taken_at < now() - make_interval(days => keep_days + 7);
end $$;
