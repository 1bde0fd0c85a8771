-- Prescriptions and their history by the month of reception. Ids are UUIDv7, so the id carries the time: a partition is a range of ids,
-- a search by id looks at one partition, and a prescription's history lies in the month of the prescription, whenever it happened.
-- A hospital's number must be unique for ever, which no partitioned index can say; the narrow table of keys says it.

create function prescriptions.first_id(at timestamptz) returns uuid language sql immutable parallel safe as $$
    -- The smallest UUIDv7 of that instant.
    select (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

alter table prescriptions.prescriptions rename to prescriptions_flat;
alter table prescriptions.prescriptions_flat rename constraint prescriptions_pkey to prescriptions_flat_pkey;
alter table prescriptions.prescriptions_flat rename constraint prescriptions_key to prescriptions_flat_key;
create table prescriptions.prescriptions (like prescriptions.prescriptions_flat including defaults including constraints including storage)
    partition by range (id);
alter table prescriptions.prescriptions add primary key (id);

-- The natural key of a push, and the way from it to the row.
create table prescriptions.keys (
    institution_code text not null,
    his_number       text not null,
    revision         int  not null,
    id               uuid not null,
    constraint prescriptions_key primary key (institution_code, his_number, revision)
);

alter table prescriptions.history rename to history_flat;
alter table prescriptions.history_flat rename constraint history_pkey to history_flat_pkey;
drop index prescriptions.history_of_prescription, prescriptions.history_of_institution;
create table prescriptions.history (like prescriptions.history_flat including defaults including identity including constraints including storage)
    partition by range (prescription_id);
-- The history of one prescription.
alter table prescriptions.history add primary key (prescription_id, xid, seq);
-- Everybody's changes in their final order: the feed of each replica.
create index history_order on prescriptions.history (xid, seq);
-- An institution's changes from a resume token on.
create index history_of_institution on prescriptions.history (institution_code, xid, seq);

-- What the scripts before gave the table, its partitions have too.
do $$
declare
    it record;
begin
    for it in
        select c.relname as name, pg_get_indexdef(c.oid) as definition
        from pg_index x join pg_class c on c.oid = x.indexrelid
        where x.indrelid = 'prescriptions.prescriptions_flat'::regclass
            and not exists (select from pg_constraint k where k.conindid = c.oid and k.conrelid = x.indrelid)
    loop
        execute format('drop index prescriptions.%I', it.name);
        execute replace(it.definition, ' ON prescriptions.prescriptions_flat ', ' ON prescriptions.prescriptions ');
    end loop;
end $$;

-- The net: an id that lies in no month made so far still has a place.
create table prescriptions.prescriptions_rest partition of prescriptions.prescriptions default with (fillfactor = 90);
create table prescriptions.history_rest partition of prescriptions.history default;

-- Makes a month's partitions of both tables. Attaching, unlike creating in place, does not stop the writers.
create function prescriptions.make_month(month date) returns void language plpgsql as $$
declare
    suffix text := to_char(month, '"y"YYYY"m"MM');
    low uuid := prescriptions.first_id(month::timestamp at time zone 'utc');
    high uuid := prescriptions.first_id((month + interval '1 month')::timestamp at time zone 'utc');
begin
    -- A month that already has rows in the net stays there.
    if to_regclass('prescriptions.prescriptions_' || suffix) is not null
       or exists (select from prescriptions.prescriptions_rest where id >= low and id < high)
       or exists (select from prescriptions.history_rest where prescription_id >= low and prescription_id < high) then
        return;
    end if;
    execute format('create table prescriptions.prescriptions_%s (like prescriptions.prescriptions including defaults including constraints '
                   'including storage) with (fillfactor = 90)', suffix);
    execute format('create table prescriptions.history_%s (like prescriptions.history including defaults including constraints '
                   'including storage)', suffix);
    execute format('alter table prescriptions.prescriptions attach partition prescriptions.prescriptions_%s for values from (%L) to (%L)',
                   suffix, low, high);
    execute format('alter table prescriptions.history attach partition prescriptions.history_%s for values from (%L) to (%L)',
                   suffix, low, high);
    execute format('create trigger history_not_emptied before truncate on prescriptions.history_%s '
                   'for each statement execute function prescriptions.refuse_change()', suffix);
end $$;

-- The month of an instant and those ahead. Gives up after two seconds rather than make writers wait behind it; it is called again.
create function prescriptions.maintain(at timestamptz, months_ahead int default 3) returns void language plpgsql
set lock_timeout = '2s' as $$
declare
    month date := date_trunc('month', at at time zone 'utc')::date;
begin
    perform pg_advisory_xact_lock(hashtext('prescriptions.maintain'));
    for n in 0 .. months_ahead loop
        perform prescriptions.make_month((month + make_interval(months => n))::date);
    end loop;
end $$;

-- Puts a month away when the law no longer wants it at hand: its partitions become tables of their own, to be dumped and dropped by whoever
-- looks after the archive; rows that refer to its prescriptions go beside them, and its keys go. Nothing calls this by itself.
create function prescriptions.archive_month(month date) returns void language plpgsql as $$
declare
    suffix text := to_char(month, '"y"YYYY"m"MM');
    low uuid := prescriptions.first_id(month::timestamp at time zone 'utc');
    high uuid := prescriptions.first_id((month + interval '1 month')::timestamp at time zone 'utc');
    it record;
begin
    if month > (now() at time zone 'utc')::date - interval '1 year' then
        raise exception 'prescriptions are kept for a year at least (Prescription Administration Rules, art. 50)';
    end if;
    for it in
        select k.conrelid::regclass as of_table, c.relname as name, a.attname as by_column
        from pg_constraint k join pg_class c on c.oid = k.conrelid
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        where k.confrelid = 'prescriptions.prescriptions'::regclass and k.contype = 'f' and k.conparentid = 0
    loop
        execute format('create table prescriptions.%I as select * from %s where %I >= %L and %I < %L',
                       it.name || '_' || suffix, it.of_table, it.by_column, low, it.by_column, high);
        execute format('delete from %s where %I >= %L and %I < %L', it.of_table, it.by_column, low, it.by_column, high);
    end loop;
    delete from prescriptions.keys where id >= low and id < high;
    execute format('alter table prescriptions.prescriptions detach partition prescriptions.prescriptions_%s', suffix);
    execute format('alter table prescriptions.history detach partition prescriptions.history_%s', suffix);
end $$;

-- Rows written before: every month that has some, then this one and those ahead.
do $$
declare
    month date;
begin
    for month in select distinct date_trunc('month', received_at at time zone 'utc')::date from prescriptions.prescriptions_flat loop
        perform prescriptions.make_month(month);
    end loop;
    perform prescriptions.maintain(now());
end $$;
insert into prescriptions.prescriptions select * from prescriptions.prescriptions_flat;
insert into prescriptions.keys select institution_code, his_number, revision, id from prescriptions.prescriptions_flat;
insert into prescriptions.history overriding system value select * from prescriptions.history_flat;
select setval(pg_get_serial_sequence('prescriptions.history', 'seq'), coalesce((select max(seq) from prescriptions.history_flat), 0) + 1, false);

-- What refers to the table, refers to the new one.
do $$
declare
    it record;
begin
    for it in
        select conname as name, conrelid::regclass as of_table, pg_get_constraintdef(oid) as definition
        from pg_constraint where confrelid = 'prescriptions.prescriptions_flat'::regclass and contype = 'f'
    loop
        execute format('alter table %s drop constraint %I', it.of_table, it.name);
        execute format('alter table %s add constraint %I %s', it.of_table, it.name,
                       replace(it.definition, 'prescriptions.prescriptions_flat', 'prescriptions.prescriptions'));
    end loop;
end $$;
drop table prescriptions.prescriptions_flat;
drop table prescriptions.history_flat;

-- Row by row, because that is what partitions inherit; a statement on a partition itself would pass a statement's trigger of the parent by.
create trigger history_append_only before update or delete on prescriptions.history
    for each row execute function prescriptions.refuse_change();
create trigger history_not_emptied before truncate on prescriptions.history
    for each statement execute function prescriptions.refuse_change();
