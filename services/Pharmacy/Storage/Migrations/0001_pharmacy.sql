-- The shared pharmacy (共享中药房): centres, lots, the double-entry ledger of grams, reservations and dispensing.
create schema pharmacy;

-- Every institution that was told of: a centre is one of kind `pharmacy`; the others' places tell where their county is.
-- Registration and standing come in events of their own, in any order, so each has its own version and either may be first.
create table pharmacy.institutions (
    code               text             not null primary key,
    kind               text,
    name_zh            text,
    name_en            text,
    region_code        text,
    longitude          double precision,
    latitude           double precision,
    registered_version int              not null default 0,
    suspended          boolean          not null default false,
    standing_version   int              not null default 0
);

create view pharmacy.centres as
    select code, name_zh, name_en, region_code, longitude, latitude
    from pharmacy.institutions
    where kind = 'pharmacy' and not suspended;

-- Counts up with every gram that becomes available again or for the first time, so that "since it was last tried" is exact.
create sequence pharmacy.rise;

-- One piece at one centre. It is also the lock: whoever moves grams of its lots, or decides by what is there, holds its row;
-- several are always taken in the order of their ids.
create table pharmacy.shelves (
    id          int    generated always as identity primary key,
    centre_code text   not null references pharmacy.institutions,
    piece       text   not null,
    rise        bigint not null default 0,
    unique (piece, centre_code)
);

create table pharmacy.lots (
    id               uuid        not null primary key,
    shelf_id         int         not null references pharmacy.shelves,
    centre_code      text        not null,
    piece            text        not null,
    lot_number       text        not null,
    supplier         text        not null,
    origin           text        not null,
    certificate      text        not null,
    quantity         bigint      not null check (quantity > 0),
    produced_on      date        not null,
    expires_on       date        not null check (expires_on > produced_on),
    status           text        not null check (status in ('quarantine', 'available', 'frozen', 'rejected')),
    quality_version  int         not null default 0,
    accepted_by      text        not null,
    accepted_by_name text        not null,
    accepted_at      timestamptz not null,
    -- 验收 is idempotent by this.
    unique (centre_code, piece, lot_number, supplier)
);

-- The few lots that are no longer good.
create index lots_spoilt on pharmacy.lots (id) where status in ('frozen', 'rejected');
create index lots_by_expiry on pharmacy.lots (expires_on);

-- What quality control said of a lot, kept although a later word may be there already.
create table pharmacy.lot_verdicts (
    lot_id      uuid        not null,
    version     int         not null,
    verdict     text        not null check (verdict in ('released', 'rejected', 'recalled')),
    spoken_by   text        not null,
    reason      text        not null,
    spoken_at   timestamptz not null,
    recorded_at timestamptz not null default now(),
    primary key (lot_id, version)
);

create type pharmacy.account as enum ('supplier', 'quarantine', 'available', 'reserved', 'dispensed', 'lost', 'returned');

-- A happening that moves grams; its entries say which.
create table pharmacy.movements (
    id              uuid        not null primary key,
    kind            text        not null check (kind in ('receipt', 'release', 'recall', 'rejection', 'reservation', 'put-back', 'dispensing')),
    prescription_id uuid,
    actor           text        not null,
    occurred_at     timestamptz not null,
    recorded_at     timestamptz not null default now()
);

-- The ledger. One row is both sides of an entry: what leaves one account of a lot arrives in another, so that no movement can
-- ever sum to anything but zero.
create table pharmacy.entries (
    movement_id  uuid             not null references pharmacy.movements,
    lot_id       uuid             not null,
    -- The prescription's line that the grams are for; 0 when they are for none.
    line_number  int              not null,
    from_account pharmacy.account not null,
    to_account   pharmacy.account not null,
    milligrams   bigint           not null check (milligrams > 0),
    primary key (movement_id, lot_id, line_number, from_account, to_account),
    check (from_account <> to_account)
);

-- A lot's card and the audit read by lot.
create index entries_by_lot on pharmacy.entries (lot_id);

-- The standing of each lot's accounts. Moved by the ledger's trigger alone; the last check is the law of conservation.
create table pharmacy.lot_balances (
    lot_id     uuid   not null primary key references pharmacy.lots,
    shelf_id   int    not null,
    expires_on date   not null,
    received   bigint not null default 0 check (received >= 0),
    quarantine bigint not null default 0 check (quarantine >= 0),
    available  bigint not null default 0 check (available >= 0),
    reserved   bigint not null default 0 check (reserved >= 0),
    dispensed  bigint not null default 0 check (dispensed >= 0),
    lost       bigint not null default 0 check (lost >= 0),
    returned   bigint not null default 0 check (returned >= 0),
    check (received = quarantine + available + reserved + dispensed + lost + returned)
) with (fillfactor = 50);

-- First-expiring-first-out (近效期先出): what is on a shelf, in the order in which it goes.
create index lot_balances_fefo on pharmacy.lot_balances (shelf_id, expires_on, lot_id) where available > 0;

-- An id of a prescription that never came here yet may already be withdrawn: then only its first six columns are known.
create table pharmacy.prescriptions (
    id                   uuid        not null primary key,
    institution_code     text        not null,
    region_code          text        not null,
    his_number           text        not null,
    revision             int         not null,
    -- `approved` is never committed: it is routed, reserved or short in the transaction that takes it in.
    state                text        not null
        check (state in ('approved', 'short', 'reserved', 'dispensing', 'dispensed', 'checked', 'withdrawn')),
    -- Events told of it so far.
    told                 int         not null default 0,
    trace_parent         text,
    approved_at          timestamptz,
    lines                jsonb,
    doses                int,
    doses_per_day        int,
    packs_per_dose       int,
    millilitres_per_pack int,
    external             boolean,
    decoct               boolean,
    urgent               boolean,
    delivery_region_code text,
    syndrome_name        text,
    missing              text[]      not null default '{}',
    tried                bigint      not null default 0,
    tried_at             timestamptz,
    centre_code          text,
    reason_zh            text,
    reason_en            text,
    reserved_at          timestamptz,
    dispenser            text,
    dispenser_name       text,
    started_at           timestamptz,
    finished_at          timestamptz,
    checker              text,
    checker_name         text,
    checked_at           timestamptz,
    withdrawn_by         text,
    withdrawn_reason     text,
    withdrawn_at         timestamptz,
    check (checker is null or checker <> dispenser)
) with (fillfactor = 70);

-- A centre's work list: urgent first, then by age.
create index prescriptions_work on pharmacy.prescriptions (centre_code, state, urgent desc, approved_at, id)
    where state in ('reserved', 'dispensing', 'dispensed');

-- What waits for stock, in the order in which it is tried again.
create index prescriptions_short on pharmacy.prescriptions (urgent desc, approved_at) where state = 'short';

-- What is set aside for a line from a lot, and what was weighed of it.
create table pharmacy.allocations (
    prescription_id uuid   not null references pharmacy.prescriptions,
    line_number     int    not null,
    lot_id          uuid   not null,
    milligrams      bigint not null check (milligrams > 0),
    weighed         bigint check (weighed > 0),
    primary key (prescription_id, line_number, lot_id)
);

-- Who holds grams of a lot that is called back.
create index allocations_by_lot on pharmacy.allocations (lot_id);

-- Carries an insert's entries into the balances, each lot once. A lot that is not there, or an account that would fall below
-- zero, refuses the whole.
create function pharmacy.post_entries() returns trigger
language plpgsql as $$
declare
    lots  int := (select count(distinct lot_id) from posted);
    moved int;
begin
    with change as (
        select lot_id,
               coalesce(sum(milligrams) filter (where from_account = 'supplier'), 0)
                   - coalesce(sum(milligrams) filter (where to_account = 'supplier'), 0) as received,
               coalesce(sum(milligrams) filter (where to_account = 'quarantine'), 0)
                   - coalesce(sum(milligrams) filter (where from_account = 'quarantine'), 0) as quarantine,
               coalesce(sum(milligrams) filter (where to_account = 'available'), 0)
                   - coalesce(sum(milligrams) filter (where from_account = 'available'), 0) as available,
               coalesce(sum(milligrams) filter (where to_account = 'reserved'), 0)
                   - coalesce(sum(milligrams) filter (where from_account = 'reserved'), 0) as reserved,
               coalesce(sum(milligrams) filter (where to_account = 'dispensed'), 0)
                   - coalesce(sum(milligrams) filter (where from_account = 'dispensed'), 0) as dispensed,
               coalesce(sum(milligrams) filter (where to_account = 'lost'), 0)
                   - coalesce(sum(milligrams) filter (where from_account = 'lost'), 0) as lost,
               coalesce(sum(milligrams) filter (where to_account = 'returned'), 0)
                   - coalesce(sum(milligrams) filter (where from_account = 'returned'), 0) as returned
        from posted
        group by lot_id)
    update pharmacy.lot_balances b
    set received = b.received + c.received,
        quarantine = b.quarantine + c.quarantine,
        available = b.available + c.available,
        reserved = b.reserved + c.reserved,
        dispensed = b.dispensed + c.dispensed,
        lost = b.lost + c.lost,
        returned = b.returned + c.returned
    from change c
    where b.lot_id = c.lot_id;
    get diagnostics moved = row_count;
    if moved <> lots then
        raise exception 'an entry names a lot that has no balance' using errcode = 'foreign_key_violation';
    end if;

    if exists (select 1 from posted where to_account = 'available') then
        update pharmacy.shelves s
        set rise = nextval('pharmacy.rise')
        where s.id in (select b.shelf_id from posted p join pharmacy.lot_balances b on b.lot_id = p.lot_id where p.to_account = 'available');
        notify pharmacy_stock;
    end if;
    return null;
end $$;

create trigger entries_post after insert on pharmacy.entries
    referencing new table as posted
    for each statement execute function pharmacy.post_entries();

create function pharmacy.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception 'pharmacy.% is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
end $$;

create trigger entries_append_only before update or delete or truncate on pharmacy.entries
    for each statement execute function pharmacy.refuse_change();

create trigger movements_append_only before update or delete or truncate on pharmacy.movements
    for each statement execute function pharmacy.refuse_change();

create function pharmacy.guard_balances() returns trigger
language plpgsql as $$
begin
    -- 2: this trigger inside the ledger's.
    if tg_op = 'UPDATE' and pg_trigger_depth() < 2 or tg_op = 'INSERT' and new.received <> 0 or tg_op = 'DELETE' then
        raise exception 'balances move by entries alone' using errcode = 'object_not_in_prerequisite_state';
    end if;
    return new;
end $$;

create trigger lot_balances_guard before insert or update or delete on pharmacy.lot_balances
    for each row execute function pharmacy.guard_balances();

create trigger lot_balances_keep before truncate on pharmacy.lot_balances
    for each statement execute function pharmacy.refuse_change();

-- A lot that is no longer good frees what was reserved of it: somebody has to look.
create function pharmacy.tell_lot_status() returns trigger
language plpgsql as $$
begin
    notify pharmacy_stock;
    return null;
end $$;

create trigger lots_status after update of status on pharmacy.lots
    for each statement execute function pharmacy.tell_lot_status();

-- The lots of each piece at each centre, first-expiring first, until the wanted amount is covered. Stops reading where it is, so a
-- shelf of a thousand lots costs no more than one of three. Call it with the shelves locked.
create function pharmacy.first_expiring(pieces text[], wanted bigint[], today date)
returns table (centre_code text, piece text, lot_id uuid, lot_number text, available bigint)
language plpgsql stable as $$
declare
    shelf  record;
    lot    record;
    short  bigint;
begin
    for shelf in
        select s.id, s.centre_code, s.piece, w.milligrams
        from unnest(pieces, wanted) as w (piece, milligrams)
        join pharmacy.shelves s on s.piece = w.piece
    loop
        short := shelf.milligrams;
        for lot in
            select b.lot_id, l.lot_number, b.available
            from pharmacy.lot_balances b
            join pharmacy.lots l on l.id = b.lot_id
            where b.shelf_id = shelf.id and b.available > 0 and b.expires_on >= today
            order by b.expires_on, b.lot_id
        loop
            centre_code := shelf.centre_code;
            piece := shelf.piece;
            lot_id := lot.lot_id;
            lot_number := lot.lot_number;
            available := lot.available;
            return next;
            short := short - lot.available;
            exit when short <= 0;
        end loop;
    end loop;
end $$;
